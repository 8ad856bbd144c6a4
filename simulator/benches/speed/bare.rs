//! What the same answer costs with nothing around it: typed values of a GSTR-1's invoices, ready in
//! memory, through `serde_json` and the network's envelope.

use gsp_simulator::gstn::{Key, envelope::seal_response};
use serde::{Deserialize, Serialize};

use crate::Fallible;

/// `b2b` of a GSTR-1, as the network has it.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Section {
    b2b: Vec<Party>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Party {
    ctin: String,
    cfs: String,
    inv: Vec<Invoice>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Invoice {
    chksum: String,
    updby: String,
    flag: String,
    cflag: String,
    inum: String,
    idt: String,
    val: Money,
    pos: String,
    rchrg: String,
    etin: String,
    inv_typ: String,
    diff_percent: Money,
    opd: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    srctyp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    irn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    irngendate: Option<String>,
    itms: Vec<Item>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Item {
    num: i64,
    itm_det: Detail,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Detail {
    rt: Money,
    txval: Money,
    iamt: Money,
    camt: Money,
    samt: Money,
    csamt: Money,
}

/// Rupees; whole ones are written without a point.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(untagged)]
enum Money {
    Whole(i64),
    Broken(f64),
}

/// An answer as it is sent.
#[derive(Serialize)]
struct Answer<'text> {
    status_cd: &'text str,
    data: &'text str,
    rek: &'text str,
    hmac: &'text str,
}

impl Section {
    /// The typed values of a JSON, which must come out of them as it went in.
    pub(crate) fn read(json: &[u8]) -> Fallible<Self> {
        let section: Self = serde_json::from_slice(json)
            .map_err(|error| format!("the bench knows another GSTR-1: {error}"))?;
        if section.json() != json {
            return Err("the typed values come out as another JSON".into());
        }
        Ok(section)
    }

    /// How many invoices there are.
    pub(crate) fn count(&self) -> usize {
        self.b2b.iter().map(|party| party.inv.len()).sum()
    }

    /// The JSON.
    pub(crate) fn json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("plain values can be written")
    }

    /// The JSON, sealed, in the answer's envelope.
    pub(crate) fn sealed(&self, response_key: &Key, session_key: &Key) -> Vec<u8> {
        let sealed = seal_response(response_key, session_key, &self.json());
        let answer =
            Answer { status_cd: "1", data: &sealed.data, rek: &sealed.rek, hmac: &sealed.hmac };
        let mut out = Vec::with_capacity(sealed.data.len() + 300);
        serde_json::to_writer(&mut out, &answer).expect("plain texts can be written");
        out
    }
}
