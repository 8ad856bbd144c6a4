//! The planted drifts: small changes to copies of the packs, and what must be told of each.

/// A change to a pack, and the drifts that it is.
pub(crate) struct Plant {
    /// What is changed, in words.
    pub(crate) name: &'static str,
    /// The file below `fixtures/`.
    pub(crate) file: &'static str,
    /// What stands there.
    pub(crate) from: &'static str,
    /// What the live side has.
    pub(crate) to: &'static str,
    /// The kind, and where: `Type /data/pin`.
    pub(crate) told: &'static [&'static str],
}

const fn plant(
    name: &'static str,
    file: &'static str,
    from: &'static str,
    to: &'static str,
    told: &'static [&'static str],
) -> Plant {
    Plant { name, file, from, to, told }
}

impl Plant {
    /// The vendor whose pack is changed.
    pub(crate) fn vendor(&self) -> &'static str {
        self.file.split('/').next().unwrap_or_default()
    }
}

/// All of them.
pub(crate) const PLANTS: &[Plant] = &[
    // Hms
    plant(
        "a PIN as a number",
        "hms/bodies/check/found.json",
        r#""{{ taxpayer.principal_place.pin }}""#,
        r#""{{ taxpayer.principal_place.pin | int }}""#,
        &["Type /data/address/pincode"],
    ),
    plant(
        "a day written day first",
        "hms/bodies/check/found.json",
        "registered_on | date('YYYY-MM-DD')",
        "registered_on | date('DD-MM-YYYY')",
        &["DateFormat /data/registrationDate"],
    ),
    plant(
        "one more key",
        "hms/bodies/check/found.json",
        r#""gstin": "{{ taxpayer.gstin }}","#,
        r#""gstin": "{{ taxpayer.gstin }}", "stateCode": "{{ taxpayer.state_code }}","#,
        &["NewKey /data/stateCode"],
    ),
    plant(
        "a key less",
        "hms/bodies/check/found.json",
        r#""taxpayerType": "{{ taxpayer.taxpayer_type | mapped('taxpayer-type') }}","#,
        "",
        &["KeyGone /data/taxpayerType"],
    ),
    plant(
        "street before building",
        "hms/bodies/check/found.json",
        r#""city": "{{ taxpayer.principal_place.city or taxpayer.principal_place.district }}",
      "state": "{{ taxpayer.principal_place.state }}","#,
        r#""state": "{{ taxpayer.principal_place.state }}",
      "city": "{{ taxpayer.principal_place.city or taxpayer.principal_place.district }}","#,
        &["KeyOrder /data/address"],
    ),
    plant(
        "a status in another spelling",
        "hms/vendor.toml",
        "[maps.status]\n",
        "[maps.status]\nCancelled = \"Canceled\"\n",
        &["EnumValue /data/status"],
    ),
    plant(
        "another message",
        "hms/errors.toml",
        "message = \"GSTIN not found\"",
        "message = \"There is no such GSTIN\"",
        &["MessageWording /message"],
    ),
    plant(
        "a message with a full stop",
        "hms/errors.toml",
        "message = \"Authentication required\"",
        "message = \"Authentication required.\"",
        &["MessageStyle /message"],
    ),
    plant(
        "errors with a code",
        "hms/bodies/error.json",
        "\"success\": false,",
        "\"success\": false,\n  \"code\": \"{{ code }}\",",
        &["NewKey /code"],
    ),
    plant(
        "another status for what is malformed",
        "hms/errors.toml",
        "outcomes = [\"invalid-gstin\", \"malformed-request\"]\nstatus = 400",
        "outcomes = [\"invalid-gstin\", \"malformed-request\"]\nstatus = 422",
        &["Status status"],
    ),
    plant(
        "a charset",
        "hms/vendor.toml",
        "[reply]\n",
        "[reply]\ncontent-type = \"application/json; charset=utf-8\"\n",
        &["ContentType header content-type"],
    ),
    // Attestr
    plant(
        "a boolean as text",
        "attestr/bodies/verify-gstin/found.json",
        "\"valid\": true,",
        "\"valid\": \"true\",",
        &["Type /valid"],
    ),
    plant(
        "a day with slashes",
        "attestr/vendor.toml",
        "[settings.registered_format]\nabout = \"How `registered` is written\"\ndefault = \"DD-MM-YYYY\"",
        "[settings.registered_format]\nabout = \"How `registered` is written\"\ndefault = \"DD/MM/YYYY\"",
        &["DateFormat /registered", "DateFormat /records/*/registered"],
    ),
    plant(
        "filings day first",
        "attestr/vendor.toml",
        "default = \"MM-DD-YYYY\"",
        "default = \"DD-MM-YYYY\"",
        &["DateFormat /filings/*/filed"],
    ),
    plant(
        "one place in the place of a list",
        "attestr/bodies/verify-gstin/found.json",
        "{% for place in taxpayer.places %}",
        "{% with place = taxpayer.places[0] %}",
        // The published sample has no place at all.
        &["Type /addresses", "KeyGone /addresses"],
    ),
    plant(
        "a code as text",
        "attestr/bodies/error.json",
        "{{ code_number }}",
        "{{ code }}",
        &["Type /code"],
    ),
    plant(
        "modes in capitals",
        "attestr/vendor.toml",
        "default = \"title\"",
        "default = \"upper\"",
        &["EnumValue /filings/*/mode"],
    ),
    plant(
        "a list of natures as one text",
        "attestr/bodies/verify-gstin/found.json",
        r#""nature": "{{ taxpayer.natures }}""#,
        r#""nature": "{{ taxpayer.natures | join(', ') }}""#,
        &["Type /nature"],
    ),
    plant(
        "no expiry is an empty text",
        "attestr/bodies/verify-gstin/found.json",
        "date(settings.expiry_format) | default(none)",
        "date(settings.expiry_format) or ''",
        &["EmptyValue /expiry"],
    ),
    plant(
        "a code that no document has",
        "attestr/errors.toml",
        "code = \"4016\"",
        "code = \"4017\"",
        &["UndocumentedCode /code"],
    ),
    plant(
        "a message in other letters",
        "attestr/bodies/verify-gstin/not-found.json",
        "Provided GSTIN is invalid",
        "provided gstin is invalid",
        &["MessageStyle /message"],
    ),
    // HyperVerge
    plant(
        "a status code as a number",
        "hyperverge/bodies/search-gstin-v2/found.json",
        "\"statusCode\": \"200\"",
        "\"statusCode\": 200",
        &["Type /statusCode"],
    ),
    plant(
        "a request id without hyphens",
        "hyperverge/vendor.toml",
        "[settings.plain_request_id]\nabout = \"Write `requestId` as 32 hex digits in place of a UUID; the page gives no form\"\ndefault = false",
        "[settings.plain_request_id]\nabout = \"Write `requestId` as 32 hex digits in place of a UUID; the page gives no form\"\ndefault = true",
        &["TextFormat /metadata/requestId"],
    ),
    plant(
        "times in seconds",
        "hyperverge/vendor.toml",
        "milliseconds are our reading\"\ndefault = false",
        "milliseconds are our reading\"\ndefault = true",
        &["TextFormat /result/timestamp", "TextFormat /error/timestamp"],
    ),
    plant(
        "e-invoicing as a boolean",
        "hyperverge/bodies/search-gstin-v2/found.json",
        r#""Yes", "{% else %}": "No""#,
        r#"true, "{% else %}": false"#,
        &["Type /result/data/einvoiceStatus"],
    ),
    plant(
        "the principal place as a list",
        "hyperverge/bodies/search-gstin/found.json",
        r#""pradr": { "{% with place = taxpayer.principal_place %}": "{% include 'parts/place-v1' %}" }"#,
        r#""pradr": [{ "{% with place = taxpayer.principal_place %}": "{% include 'parts/place-v1' %}" }]"#,
        &["Type /result/data/pradr"],
    ),
    plant(
        "the full address renamed",
        "hyperverge/bodies/parts/place.json",
        "\"fullAddress\"",
        "\"address\"",
        &[
            "KeyGone /result/data/pradr/fullAddress",
            "NewKey /result/data/pradr/address",
            "KeyGone /result/data/additionalPlaceOfBusiness/*/fullAddress",
            "NewKey /result/data/additionalPlaceOfBusiness/*/address",
        ],
    ),
    plant(
        "another message",
        "hyperverge/errors.toml",
        "message = \"gstin is required\"",
        "message = \"gstin is missing or of another type\"",
        &["MessageWording /error"],
    ),
    // AccuAuth
    plant(
        "a result code as text",
        "accuauth/bodies/indian-gst/found.json",
        "\"result_code\": 101",
        "\"result_code\": \"101\"",
        &["Type /result_code"],
    ),
    plant(
        "request ids of another form",
        "accuauth/bodies/v2-gst/found.json",
        "TID{{ random.uuid_hex }}",
        "{{ random.uuid }}",
        &["TextFormat /request_id"],
    ),
    plant(
        "null in the place of NA",
        "accuauth/bodies/indian-gst/found.json",
        "\"cmp_rt\": \"NA\"",
        "\"cmp_rt\": null",
        &["EmptyValue /result/cmp_rt"],
    ),
    plant(
        "a day year first",
        "accuauth/bodies/indian-gst/found.json",
        "registered_on | date('DD/MM/YYYY')",
        "registered_on | date('YYYY-MM-DD')",
        &["DateFormat /result/rgdt"],
    ),
    plant(
        "contacts left out",
        "accuauth/bodies/indian-gst/found.json",
        "\"contacted\": {\n      \"mob_num\": null,\n      \"email\": null,\n      \"name\": null\n    },\n",
        "",
        &["KeyGone /result/contacted"],
    ),
    plant(
        "no visit as a boolean",
        "accuauth/bodies/v2-gst/found.json",
        "\"is_field_visit_conducted\": \"No\"",
        "\"is_field_visit_conducted\": false",
        &["Type /result/is_field_visit_conducted"],
    ),
    plant(
        "another word for success",
        "accuauth/bodies/v2-gst/found.json",
        "\"result_message\": \"Success\"",
        "\"result_message\": \"SUCCESS\"",
        &["EnumValue /result_message"],
    ),
    // FinAGG
    plant(
        "errors with a number as status",
        "finagg/bodies/error.json",
        "\"status_cd\": \"0\"",
        "\"status_cd\": 0",
        &["Type /status_cd"],
    ),
    plant(
        "one more key inside the data",
        "finagg/bodies/parts/taxpayer.json",
        "\"gstin\": \"{{ taxpayer.gstin }}\",",
        "\"gstin\": \"{{ taxpayer.gstin }}\", \"mbr\": [],",
        &["NewKey /data/mbr"],
    ),
    plant(
        "a day with hyphens inside the data",
        "finagg/bodies/parts/taxpayer.json",
        "registered_on | date('DD/MM/YYYY')",
        "registered_on | date('DD-MM-YYYY')",
        &["DateFormat /data/rgdt"],
    ),
    plant(
        "no key of encryption",
        "finagg/bodies/search/found.json",
        "  \"rek\": \"\",\n",
        "",
        &["KeyGone /rek"],
    ),
    plant(
        "a charset",
        "finagg/vendor.toml",
        "[reply]\ncontent-type = \"application/json\"\n",
        "[reply]\ncontent-type = \"application/json;charset=UTF-8\"\n",
        &["ContentType header content-type"],
    ),
];
