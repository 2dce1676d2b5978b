"""The predefined extensions of observables (STIX 2.1 section 6), as data."""

from __future__ import annotations

from cordiale.stix.kinds import (
    BOOLEAN,
    HASHES,
    HEX,
    INTEGER,
    NATURAL,
    TEXT,
    TEXTS,
    Anything,
    Dictionary,
    Identifier,
    Items,
    Kind,
    Number,
    Record,
    Time,
    ref,
    refs,
    term,
)


def _some(properties: dict[str, Kind], *required: str) -> Record:
    """Return an extension of which at least one property must be present."""
    return Record(properties, required, at_least_one=tuple(properties), closed=True)


_STREAM = Record({"name": TEXT, "hashes": HASHES, "size": NATURAL}, ("name",), closed=True)

_SECTION = Record(
    {"name": TEXT, "size": NATURAL, "entropy": Number(), "hashes": HASHES}, ("name",), closed=True
)

_OPTIONAL_HEADER = _some(
    {
        "magic_hex": HEX,
        "win32_version_value_hex": HEX,
        "checksum_hex": HEX,
        "subsystem_hex": HEX,
        "dll_characteristics_hex": HEX,
        "loader_flags_hex": HEX,
        "hashes": HASHES,
    }
    | dict.fromkeys(("size_of_code", "size_of_initialized_data", "size_of_uninitialized_data", "size_of_image", "size_of_headers", "size_of_stack_reserve", "size_of_stack_commit", "size_of_heap_reserve", "size_of_heap_commit"), NATURAL)
    | dict.fromkeys(("major_linker_version", "minor_linker_version", "address_of_entry_point", "base_of_code", "base_of_data", "image_base", "section_alignment", "file_alignment", "major_os_version", "minor_os_version", "major_image_version", "minor_image_version", "major_subsystem_version", "minor_subsystem_version", "number_of_rva_and_sizes"), INTEGER)
)  # fmt: skip

FILE = {
    "ntfs-ext": _some({"sid": TEXT, "alternate_data_streams": Items(_STREAM)}),
    "raster-image-ext": _some(
        {
            "image_height": INTEGER,
            "image_width": INTEGER,
            "bits_per_pixel": INTEGER,
            "exif_tags": Dictionary(Anything()),
        }
    ),
    "pdf-ext": _some(
        {
            "version": TEXT,
            "is_optimized": BOOLEAN,
            "document_info_dict": Dictionary(TEXT),
            "pdfid0": TEXT,
            "pdfid1": TEXT,
        }
    ),
    "archive-ext": Record(
        {"contains_refs": refs("file", "directory"), "comment": TEXT}, ("contains_refs",), closed=True
    ),
    "windows-pebinary-ext": Record(
        {
            "pe_type": term("windows-pebinary-type-ov"),
            "imphash": TEXT,
            "machine_hex": HEX,
            "number_of_sections": NATURAL,
            "time_date_stamp": Time(),
            "pointer_to_symbol_table_hex": HEX,
            "number_of_symbols": NATURAL,
            "size_of_optional_header": NATURAL,
            "characteristics_hex": HEX,
            "file_header_hashes": HASHES,
            "optional_header": _OPTIONAL_HEADER,
            "sections": Items(_SECTION),
        },
        ("pe_type",),
        closed=True,
    ),
}

NETWORK_TRAFFIC = {
    "http-request-ext": Record(
        {
            "request_method": TEXT,
            "request_value": TEXT,
            "request_version": TEXT,
            "request_header": Dictionary(TEXTS),
            "message_body_length": INTEGER,
            "message_body_data_ref": ref("artifact"),
        },
        ("request_method", "request_value"),
        closed=True,
    ),
    "icmp-ext": Record(
        {"icmp_type_hex": HEX, "icmp_code_hex": HEX}, ("icmp_type_hex", "icmp_code_hex"), closed=True
    ),
    "socket-ext": Record(
        {
            "address_family": term("network-socket-address-family-enum"),
            "is_blocking": BOOLEAN,
            "is_listening": BOOLEAN,
            "options": Dictionary(INTEGER),
            "socket_type": term("network-socket-type-enum"),
            "socket_descriptor": NATURAL,
            "socket_handle": INTEGER,
        },
        ("address_family",),
        closed=True,
    ),
    "tcp-ext": _some({"src_flags_hex": HEX, "dst_flags_hex": HEX}),
}

PROCESS = {
    "windows-process-ext": _some(
        {
            "aslr_enabled": BOOLEAN,
            "dep_enabled": BOOLEAN,
            "priority": TEXT,
            "owner_sid": TEXT,
            "window_title": TEXT,
            "startup_info": Dictionary(Anything()),
            "integrity_level": term("windows-integrity-level-enum"),
        }
    ),
    "windows-service-ext": _some(
        {
            "service_name": TEXT,
            "descriptions": TEXTS,
            "display_name": TEXT,
            "group_name": TEXT,
            "start_type": term("windows-service-start-type-enum"),
            "service_dll_refs": Items(Identifier(("file",))),
            "service_type": term("windows-service-type-enum"),
            "service_status": term("windows-service-status-enum"),
        }
    ),
}

USER_ACCOUNT = {
    "unix-account-ext": _some({"gid": INTEGER, "groups": TEXTS, "home_dir": TEXT, "shell": TEXT}),
}
