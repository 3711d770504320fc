"""The Spark engine: cesctl's own code on the executors of a cluster, so that its answers are the same by
nature.

A first stage reads pieces of the files and sends each event to where all events of its customer go; a
second one runs the polars engine on the events of some of the customers. Between them, where records have
ids, lies a stage that sees all records of an id together and drops copies. Spark moves bytes and repeats
what is lost; what the bytes mean only cesctl knows.
"""
