"""Runs jobs: photos in parallel, films in turn, retries, claims, queue, watched folders, worker.

`runner.py` says what a crash does; `apart.py` is the process for jobs that were in progress at one.
"""
