"""The bundle: records, signatures and private parts in one file that proves itself."""
