"""Downloading the files of `jars.py` that are missing: four at a time, by one process at a time."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from filelock import FileLock, Timeout

from streamlings.download_file import FileDownload
from streamlings.jars import Jar, Progress, write_failed
from streamlings.paths import cache_folder

PARALLEL = 4


def download_all(group: str, jars: Sequence[Jar], base: str, progress: Progress | None) -> None:
    """Bring what is missing of `jars` into the cache. Raises `LabError` for the first file that cannot be had."""
    folder = cache_folder() / "maven"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / f"{group}.lock")
        _acquire(lock, group, progress)
    except OSError as error:
        raise write_failed(error, "make the folder for downloads", folder, 0) from error
    try:
        missing = [jar for jar in jars if not jar.is_here()]  # looked at again: who held the lock may have fetched them
        if missing:
            if progress:
                progress.start(sum(jar.bytes_missing() for jar in missing), group)
            try:
                _download_parallel(missing, base, progress)
            finally:
                if progress:
                    progress.done()
    finally:
        lock.release()


def _acquire(lock: FileLock, group: str, progress: Progress | None) -> None:
    """Wait for another process that downloads the same group, and say so."""
    try:
        lock.acquire(blocking=False)
    except Timeout:
        if progress:
            progress.start(0, f"{group}: another process is doing it, waiting for it")
        try:
            lock.acquire()
        finally:
            if progress:
                progress.done()


def _download_parallel(jars: Sequence[Jar], base: str, progress: Progress | None) -> None:
    stop = threading.Event()

    def download(jar: Jar) -> None:
        try:
            FileDownload(jar, base, progress, stop).run()
        except OSError as error:
            raise write_failed(error, f"download {jar.path.name}", jar.path, sum(j.bytes_missing() for j in jars)) from error

    pool = ThreadPoolExecutor(PARALLEL, thread_name_prefix="download")
    try:
        # The largest first: started last, it would keep three of four threads waiting.
        downloads = [pool.submit(download, jar) for jar in sorted(jars, key=lambda jar: -jar.size)]
        for finished in as_completed(downloads):
            finished.result()
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)
