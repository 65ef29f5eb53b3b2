"""What goes over the local API: requests refuse unknown fields, answers are the read models for people.

Ids are their text form (`bafkrei…`), wherever an id is asked for any unique beginning or end of it will do. Times are
RFC 3339 in UTC with a `Z`; days are `YYYY-MM-DD`; lengths of time are whole seconds; quantities are signed facts.
"""
