"""The interchange format of a programme year, what a folder of it says, and its faults.

Pure: no database.
"""
