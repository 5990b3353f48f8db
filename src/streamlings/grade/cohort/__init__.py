"""The page about the class: marks, where people are stopped, what they misunderstand, who handed in the same. Anonymous by default.

pseudonyms.py       who is called what on the page
misconceptions.py   what failed checks say of the mistake, counted
alike.py            submissions that are the same, or nearly
pictures.py         the diagrams
page.py             the page
"""
