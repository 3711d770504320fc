"""Exports, tables and outputs in an object store: ``s3://``, ``gs://`` and ``az://``.

``urls`` is cheap to import and tells a URL from a path; everything else loads obstore when it is called.
"""
