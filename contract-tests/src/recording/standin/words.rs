//! Words that stand-ins are made of: plants, birds, stones and trades, none of them a person's or a
//! place's of the nation.
//!
//! A text is a stand-in where it begins with `Sample` and has nothing but these behind it, so a real
//! name that happens to begin so is still replaced.

/// First words of names and places.
pub(super) const BRANDS: [&str; 96] = [
    "Amber",
    "Antler",
    "Apricot",
    "Aster",
    "Badger",
    "Barley",
    "Basalt",
    "Beryl",
    "Bilberry",
    "Birch",
    "Bittern",
    "Bramble",
    "Bronze",
    "Buckthorn",
    "Burdock",
    "Buttercup",
    "Cactus",
    "Camphor",
    "Cardamom",
    "Cedar",
    "Chestnut",
    "Chicory",
    "Cinnabar",
    "Citron",
    "Clover",
    "Cobalt",
    "Copper",
    "Coral",
    "Cornflower",
    "Cricket",
    "Crocus",
    "Cumin",
    "Curlew",
    "Cypress",
    "Daffodil",
    "Dandelion",
    "Dolomite",
    "Dragonfly",
    "Ebony",
    "Egret",
    "Elder",
    "Ember",
    "Fennel",
    "Fern",
    "Feldspar",
    "Finch",
    "Flint",
    "Foxglove",
    "Garnet",
    "Gentian",
    "Ginger",
    "Gneiss",
    "Granite",
    "Hazel",
    "Heather",
    "Heron",
    "Hickory",
    "Holly",
    "Hornbill",
    "Indigo",
    "Iris",
    "Ivory",
    "Jasper",
    "Juniper",
    "Kestrel",
    "Kingfisher",
    "Lantana",
    "Larch",
    "Lavender",
    "Lichen",
    "Linnet",
    "Magnolia",
    "Mallow",
    "Maple",
    "Marigold",
    "Marjoram",
    "Mica",
    "Mimosa",
    "Mulberry",
    "Nutmeg",
    "Olive",
    "Onyx",
    "Oriole",
    "Osprey",
    "Pebble",
    "Pepper",
    "Petrel",
    "Pewter",
    "Plover",
    "Quartz",
    "Quince",
    "Rosemary",
    "Saffron",
    "Sorrel",
    "Sparrow",
    "Sycamore",
];

/// What firms do, last words of their names.
pub(super) const TRADES: [&str; 32] = [
    "Agro",
    "Bakers",
    "Ceramics",
    "Chemicals",
    "Crafts",
    "Dairy",
    "Designs",
    "Electricals",
    "Exports",
    "Fabrics",
    "Foods",
    "Furniture",
    "Garments",
    "Granites",
    "Handlooms",
    "Hardware",
    "Instruments",
    "Jewels",
    "Kirana",
    "Logistics",
    "Machines",
    "Minerals",
    "Packaging",
    "Papers",
    "Pharma",
    "Plastics",
    "Steels",
    "Stores",
    "Systems",
    "Textiles",
    "Tools",
    "Traders",
];

/// What a place's name ends with, by what it is.
pub(super) const BUILDINGS: [&str; 6] = ["Towers", "House", "Complex", "Plaza", "Arcade", "Bhavan"];
pub(super) const STREETS: [&str; 6] = ["Road", "Street", "Marg", "Lane", "Path", "Avenue"];
pub(super) const LOCALITIES: [&str; 6] = ["Nagar", "Vihar", "Colony", "Layout", "Bagh", "Enclave"];
pub(super) const CITIES: [&str; 3] = ["Puram", "Town", "Ganj"];
pub(super) const LANDMARKS: [&str; 4] = ["Chowk", "Circle", "Garden", "Lake"];

/// Ends of firms' names that tell what sort of firm it is; they stay. Longer ones first.
pub(super) const ENDINGS: [&str; 22] = [
    "PRIVATE LIMITED",
    "PVT. LTD.",
    "PVT LTD.",
    "PVT LTD",
    "PVT. LTD",
    "(P) LTD",
    "P LTD",
    "OPC PRIVATE LIMITED",
    "LIMITED",
    "LTD.",
    "LTD",
    "LLP",
    "HUF",
    "TRUST",
    "SOCIETY",
    "AND SONS",
    "& SONS",
    "AND CO",
    "& CO",
    "PTE LTD",
    "INC",
    "GMBH",
];

/// Other words of stand-ins.
pub(super) const OTHERS: [&str; 6] = ["District", "Floor", "Number", "Text", "Range", "Office"];

/// Whether a word may stand behind `Sample` in a stand-in.
pub(super) fn is_one(word: &str) -> bool {
    let word = word.trim_matches(['(', ')', '.', '&']);
    if word.is_empty() || (word.len() <= 4 && word.bytes().all(|byte| byte.is_ascii_digit())) {
        return true;
    }
    let lists: [&[&str]; 8] =
        [&BRANDS, &TRADES, &BUILDINGS, &STREETS, &LOCALITIES, &CITIES, &LANDMARKS, &OTHERS];
    lists.iter().any(|list| list.iter().any(|one| one.eq_ignore_ascii_case(word)))
        || ENDINGS
            .iter()
            .flat_map(|ending| ending.split(' '))
            .any(|part| part.trim_matches(['(', ')', '.', '&']).eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_there_once_and_in_order_enough_to_be_told_apart() {
        let mut all: Vec<_> = BRANDS.iter().chain(&TRADES).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn a_name_s_own_words_are_none_of_ours() {
        assert!(is_one("KESTREL") && is_one("Pvt.") && is_one("214"));
        assert!(!is_one("Ramesh") && !is_one("12345"));
    }
}
