"""What mkdocs calls while it builds the site (mkdocs.yml, `hooks`).

A page's name in mkdocs is its path in the repository, and only its address differs: so a link such as ../06_event_time/README.md works
on the repository's host and on the site alike, and mkdocs checks it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from streamlings.course import Course
from streamlings.errors import StreamlingsError
from streamlings.pages import api, commands, course_pages, diagrams, embeds, schema, trap_pages, writing
from streamlings.paths import ROOT

TOLD: dict[str, Callable[..., str]] = {
    "course": course_pages.whole_course,
    "lessons": course_pages.all_lessons,
    "plan": course_pages.plan,
    "commands": commands.all_commands,
    "api": api.module,
    "result": schema.result,
    "traps": trap_pages.all_traps,
    "guide": writing.guide,
}
"""What stands for `<!-- from the code: NAME ARGUMENT... -->` in a page of site/."""

MARK = re.compile(r"^<!-- from the code: (\w+)(.*) -->$", re.M)
PUBLISHED = re.compile(r'^( *)```(\w+)\n(?=(?:(?! *```).*\n)*? *--8<-- "solutions/)', re.M)
"""The first line of a block of code that a solution has a part in."""


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """The lessons take their place in the navigation, in the order of their folders."""
    with _told_by_mkdocs("lessons"):
        lessons = {"Lessons": course_pages.navigation()}
    config.nav = [lessons if item == {"Lessons": "lessons"} else item for item in config.nav or []]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """The files of site/ under their repository names, each lesson's and exercise's README, and each solution's discussion."""
    for file in [file for file in files if file.src_dir == config.docs_dir]:
        files.remove(file)
        files.append(_page(f"site/{file.src_uri}", file.dest_uri, config))
    for source, address in course_pages.addresses().items():
        files.append(_page(source, address, config))
    with _told_by_mkdocs("diagrams"):
        files.append(diagrams.script(config))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """What the page's file does not say by itself; and code of solutions is hidden from the search."""
    markdown = MARK.sub(_told, markdown)
    with _told_by_mkdocs(page.file.src_uri):
        markdown = embeds.with_explorers(markdown)
    markdown = PUBLISHED.sub(r'\1``` { .\2 data-search-exclude="" }\n', markdown)
    source = page.file.src_uri
    if source in course_pages.lessons():
        return course_pages.lesson_page(markdown, source)
    exercise = next((e for e in Course().exercises if source in (course_pages.readme(e), course_pages.discussion(e))), None)
    if exercise is None:
        return markdown
    if source == course_pages.readme(exercise):
        return course_pages.exercise_page(markdown, exercise)
    page.meta["search"] = {"exclude": True}
    return course_pages.solution_page(markdown, exercise)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """With what draws its diagrams, and plays its streams."""
    return embeds.with_script(diagrams.with_scripts(html, page.url), page.url)


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Material for MkDocs leaves the dialog of its search without a name for screen readers."""
    return output.replace('data-md-component="search" role="dialog"', 'data-md-component="search" role="dialog" aria-label="Search"')


def _page(source: str, address: str, config: MkDocsConfig) -> File:
    return File(source, str(ROOT), config.site_dir, config.use_directory_urls, dest_uri=address)


def _told(mark: re.Match[str]) -> str:
    name, *arguments = f"{mark[1]}{mark[2]}".split()
    if name not in TOLD:
        raise PluginError(f"nothing is told from the code under the name {name!r}; there are {', '.join(TOLD)}")
    with _told_by_mkdocs(mark[0]):
        return TOLD[name](*arguments)


@contextmanager
def _told_by_mkdocs(where: str) -> Iterator[None]:
    """An error of ours ends the build as one of mkdocs's own does: in one line, without a traceback."""
    try:
        yield
    except StreamlingsError as e:
        raise PluginError(f"{where}: {e.message}. hint: {e.hint}") from e
