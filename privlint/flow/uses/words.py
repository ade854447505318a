"""Calls known by their last name in following what becomes of a value: they change it, test it, keep it."""

from __future__ import annotations


def of(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


# Their result is another form of what they are given.
TRANSFORMS = of(
    """
    str int float list dict tuple set sorted escape Markup Decimal UUID fromisoformat strptime strip lstrip rstrip
    lower upper title capitalize casefold replace encode decode format isoformat strftime normalize normalize_email
    slugify to_dict copy deepcopy to_python force_str force_text smart_str text_type unquote quote date time
    only_digits
    """
)

# They see whether a value is there, or of a kind.
TESTS = of(
    """
    isinstance len bool callable hasattr type id all any is_valid
    """
)

# They keep what they are given, under the names of the arguments.
WRITERS = of(
    """
    create acreate create_user create_superuser update aupdate get_or_create update_or_create insert insert_one
    insert_many replace_one values save bulk_create hset hmset set setex put put_item upsert add_row
    """
)

# They look things up by what they are given.
QUERIES = of(
    """
    filter exclude get filter_by Q F order_by get_object_or_404 get_list_or_404 annotate aggregate where When find
    find_one first one count exists distinct search
    """
)

# They do with a whole record what has nothing to do with its fields: functions that it is given to, its own methods.
NEUTRAL = of(
    """
    isinstance type len id hash bool callable hasattr issubclass cast super Depends Body Form iter form_valid
    form_invalid
    """
)
OWN_NEUTRAL = of(
    """
    validate validate_on_submit is_valid full_clean hidden_tag process is_submitted add_error get_errors errors refresh
    refresh_from_db flush commit rollback delete expunge
    """
)

# They store a whole record.
KEEPS = of(
    """
    add add_all save merge bulk_create bulk_update bulk_save_objects populate_obj insert insert_one create update
    asave persist put
    """
)

# They make a mapping, a text or a copy of a whole record.
MAKES = of(
    """
    model_dump dict asdict vars _asdict dump to_dict copy model_copy json model_dump_json
    """
)

# Where forms and serializers keep what they have checked.
VALIDATED = of("cleaned_data validated_data initial_data")

# They put a document into a store as it is given.
DOCUMENTS = of("insert_one insert_many replace_one insert save put_item index_document add_document")
CHANGING = of("update_one update_many find_one_and_update")  # documents that are there already
COLLECTING = of("insert_one insert_many replace_one find_one_and_replace") | CHANGING
