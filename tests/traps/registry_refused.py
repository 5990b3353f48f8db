# trap: address-refused
import requests

requests.get("http://127.0.0.1:1/subjects", timeout=5)
