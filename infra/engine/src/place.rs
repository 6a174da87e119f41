//! Where things lie: everything is in one ordered map of bytes, so the order of bytes must be that of DynamoDB. A text that
//! others follow ends in two zeros; a zero inside it is written as zero and one.

use table::{Index, Item, Key, Range, Value};

/// The first byte of each kind of entry.
pub(crate) const FORMAT: u8 = b'F';
pub(crate) const EXPIRY: u8 = b'e';
pub(crate) const ITEM: u8 = b'i';
pub(crate) const STREAM: u8 = b's';
pub(crate) const TOKEN: u8 = b't';

fn letter(index: Index) -> u8 {
    match index {
        Index::ByA => b'a',
        Index::ByB => b'b',
        Index::ByDue => b'd',
    }
}

fn push_part(place: &mut Vec<u8>, text: &str) {
    for byte in text.bytes() {
        place.push(byte);
        if byte == 0 {
            place.push(1);
        }
    }
}

fn end_part(place: &mut Vec<u8>) {
    place.extend([0, 0]);
}

/// A part and what is behind it.
fn split_part(place: &[u8]) -> Option<(String, &[u8])> {
    let mut text = Vec::new();
    let mut rest = place;
    loop {
        match rest {
            [0, 0, behind @ ..] => return Some((String::from_utf8(text).ok()?, behind)),
            [0, 1, behind @ ..] => {
                text.push(0);
                rest = behind;
            }
            [byte, behind @ ..] => {
                text.push(*byte);
                rest = behind;
            }
            [] => return None,
        }
    }
}

fn push_key(place: &mut Vec<u8>, key: &Key) {
    push_part(place, &key.pk);
    end_part(place);
    place.extend(key.sk.as_bytes());
}

fn read_key(place: &[u8]) -> Option<Key> {
    let (pk, sk) = split_part(place)?;
    Some(Key { pk, sk: String::from_utf8(sk.to_vec()).ok()? })
}

pub(crate) fn of_item(key: &Key) -> Vec<u8> {
    let mut place = Vec::with_capacity(4 + key.pk.len() + key.sk.len());
    place.push(ITEM);
    push_key(&mut place, key);
    place
}

/// The key of the item at a place.
pub(crate) fn item_key(place: &[u8]) -> Option<Key> {
    read_key(place.strip_prefix(&[ITEM])?)
}

/// A number in the order of numbers.
pub(crate) fn numbered(kind: u8, number: u64) -> Vec<u8> {
    let mut place = vec![kind];
    place.extend(number.to_be_bytes());
    place
}

pub(crate) fn number(place: &[u8]) -> Option<u64> {
    let (number, _) = place.get(1..)?.split_first_chunk()?;
    Some(u64::from_be_bytes(*number))
}

pub(crate) fn of_expiry(second: u64, key: &Key) -> Vec<u8> {
    let mut place = numbered(EXPIRY, second);
    push_key(&mut place, key);
    place
}

pub(crate) fn expiry_key(place: &[u8]) -> Option<Key> {
    read_key(place.get(9..)?)
}

/// The two attributes that put an item into an index, if it has both.
pub(crate) fn index_key(index: Index, item: &Item) -> Option<(&str, &str)> {
    let (partition, sort) = index.attributes();
    let text = |name| item.get(name).and_then(Value::as_s).map(String::as_str);
    text(partition).zip(text(sort))
}

/// An item's place in an index.
pub(crate) fn in_index(index: Index, key: &Key, item: &Item) -> Option<Vec<u8>> {
    let (partition, sort) = index_key(index, item)?;
    let mut place = vec![letter(index)];
    for part in [partition, sort] {
        push_part(&mut place, part);
        end_part(&mut place);
    }
    push_key(&mut place, key);
    Some(place)
}

/// The two parts of a place in an index and the key of the item that lies there.
pub(crate) fn indexed(place: &[u8]) -> Option<(String, String, Key)> {
    let (partition, rest) = split_part(place.get(1..)?)?;
    let (sort, rest) = split_part(rest)?;
    Some((partition, sort, read_key(rest)?))
}

/// From here inclusive to there exclusive lie the entries of a range.
pub(crate) fn bounds(range: &Range) -> (Vec<u8>, Vec<u8>) {
    let mut partition = vec![range.index.map_or(ITEM, letter)];
    push_part(&mut partition, &range.partition);
    let inside = |sort: Option<&String>| {
        let mut place = partition.clone();
        end_part(&mut place);
        match (sort, range.index) {
            (Some(sort), Some(_)) => push_part(&mut place, sort),
            (Some(sort), None) => place.extend(sort.as_bytes()),
            (None, _) => {}
        }
        place
    };
    let end = match &range.to {
        // What goes on behind this text is greater, and begins by more than its end.
        Some(to) if range.index.is_some() => [inside(Some(to)), vec![0, 1]].concat(),
        Some(to) => [inside(Some(to)), vec![0]].concat(),
        None => [partition.clone(), vec![0, 1]].concat(),
    };
    (inside(range.from.as_ref()), end)
}

/// Every entry of one kind lies from here inclusive to there exclusive.
pub(crate) fn all(kind: u8) -> (Vec<u8>, Vec<u8>) {
    (vec![kind], vec![kind + 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(pk: &str, sk: &str) -> Key {
        Key { pk: pk.to_owned(), sk: sk.to_owned() }
    }

    #[test]
    fn places_lie_as_their_texts_do() {
        let texts = ["a", "a\0", "a\0b", "a\u{1}", "ab", "b", "é", "\u{10ffff}"];
        let mut sorted: Vec<_> = texts.iter().flat_map(|pk| texts.iter().map(|sk| key(pk, sk))).collect();
        sorted.sort();
        assert!(sorted.is_sorted_by(|one, next| of_item(one) < of_item(next)));
        for key in &sorted {
            assert_eq!(item_key(&of_item(key)).as_ref(), Some(key));
            assert_eq!(expiry_key(&of_expiry(7, key)).as_ref(), Some(key));
        }
        assert!(of_expiry(255, &sorted[0]) < of_expiry(256, &sorted[0]));
    }

    #[test]
    fn a_range_has_what_lies_between_its_ends_and_nothing_of_another_partition() {
        let ranks = ["a", "a\0", "a\0z", "a\u{1}", "aa", "b"];
        let within = |index: Option<Index>, from: Option<&str>, to: Option<&str>| {
            let (from, to) = (from.map(str::to_owned), to.map(str::to_owned));
            let range = Range { index, partition: "P".to_owned(), from, to, ..Range::default() };
            let (start, end) = bounds(&range);
            let place = |partition: &str, rank: &str| match index {
                None => of_item(&key(partition, rank)),
                Some(index) => {
                    let attributes = index.attributes();
                    let item = [(attributes.0, partition), (attributes.1, rank)]
                        .map(|(name, text)| (name.to_owned(), Value::S(text.to_owned())));
                    in_index(index, &key("any", "key"), &item.into()).unwrap()
                }
            };
            let is_inside = |place: Vec<u8>| start <= place && place < end;
            for stranger in ["O", "P\0", "P\u{1}", "PP", "Q"] {
                assert!(!ranks.iter().any(|rank| is_inside(place(stranger, rank))), "{stranger:?}");
            }
            ranks.into_iter().filter(|rank| is_inside(place("P", rank))).collect::<Vec<_>>()
        };
        for index in [None, Some(Index::ByA), Some(Index::ByB), Some(Index::ByDue)] {
            assert_eq!(within(index, None, None), ranks);
            assert_eq!(within(index, Some("a\0"), None), ranks[1..]);
            assert_eq!(within(index, None, Some("a")), ranks[..1]);
            assert_eq!(within(index, Some("a"), Some("a\u{1}")), ranks[..4]);
        }
    }

    #[test]
    fn an_index_names_its_item() {
        let item = [("la", "L\0"), ("rank", "r\0\0")].map(|(name, text)| (name.to_owned(), Value::S(text.to_owned())));
        let place = in_index(Index::ByA, &key("p\0", "s"), &item.into()).unwrap();
        assert_eq!(indexed(&place), Some(("L\0".to_owned(), "r\0\0".to_owned(), key("p\0", "s"))));
        assert_eq!(in_index(Index::ByA, &key("p", "s"), &Item::new()), None);
    }
}
