"""The command line, runs and the local pool of workers."""
