"""Runs jobs: photos in parallel, films in turn, retries, claims, queue, watched folders, worker."""
