//! The reader and the writer, on fields of no format.

use notarium::codec::{CodecError, MAX_INTEGER, Reader, Time, Writer};

#[test]
fn what_is_written_is_read() {
    let mut writer = Writer::new("test/1\n", 64);
    writer.u8(7);
    writer.u64("size", MAX_INTEGER).unwrap();
    writer.time(Time::MAX);
    writer.bytes(b"raw");
    writer.bytes16("text", "律师".as_bytes()).unwrap();
    writer.bytes16("key", &[1, 2, 3, 4]).unwrap();
    let bytes = writer.into_bytes();
    let mut reader = Reader::new(&bytes);
    assert_eq!(reader.version("test/"), Ok(1));
    assert_eq!(reader.u8("kind"), Ok(7));
    assert_eq!(reader.u64("size"), Ok(MAX_INTEGER));
    assert_eq!(reader.time("time"), Ok(Time::MAX));
    assert_eq!(reader.bytes("raw"), Ok(*b"raw"));
    assert_eq!(reader.text16("text", 1, 6), Ok("律师"));
    assert_eq!(reader.exact16("key"), Ok([1, 2, 3, 4]));
    assert_eq!(reader.left(), 0);
    assert_eq!(reader.finish("test"), Ok(()));
}

#[test]
fn an_error_names_the_field_and_the_numbers() {
    let error = |result: Result<(), CodecError>| result.unwrap_err().to_string();
    assert_eq!(error(Reader::new(b"abc").u64("size").map(drop)), "size: 8 bytes needed, 3 left");
    assert_eq!(error(Reader::new(&[0, 5, 1]).bytes16("name", 0, 9).map(drop)), "name: 5 bytes needed, 1 left");
    assert_eq!(error(Reader::new(&[0, 5]).bytes16("name", 0, 4).map(drop)), "name: 5 bytes, not 0 to 4");
    assert_eq!(error(Reader::new(b"ab").finish("entry")), "entry: 2 bytes after its end");
    assert_eq!(error(Reader::new(&[0xff; 8]).u64("size").map(drop)), "size: 18446744073709551615 is above 2^53-1");
    assert_eq!(
        error(Reader::new("\0\u{3}\u{200b}".as_bytes()).text16("name", 0, 9).map(drop)),
        "name: the character U+200B is not allowed"
    );
    assert_eq!(
        error(Reader::new(b"notary").version("notarium/").map(drop)),
        "does not begin with \"notarium/\" and a version"
    );
}

#[test]
fn a_failed_read_takes_nothing() {
    let mut reader = Reader::new(&[0, 9, 1, 2]);
    reader.u64("size").unwrap_err();
    assert_eq!(reader.u16("length"), Ok(9));
    assert_eq!(reader.bytes("rest"), Ok([1, 2]));
}

#[test]
fn what_the_format_cannot_hold_is_not_written() {
    let mut writer = Writer::default();
    assert_eq!(writer.u64("size", MAX_INTEGER + 1).unwrap_err().code(), "integer-too-large");
    assert_eq!(writer.bytes16("body", &vec![0; 65_536]).unwrap_err().code(), "length-out-of-range");
    assert!(writer.as_bytes().is_empty());
}

#[test]
fn a_version_is_told_from_a_wrong_header() {
    let version = |bytes: &[u8]| Reader::new(bytes).version("a/");
    assert_eq!(version(b"a/1\n"), Ok(1));
    assert_eq!(version(b"a/999999999\nmore"), Ok(999_999_999));
    for cut in [&b""[..], b"a", b"a/", b"a/12"] {
        assert_eq!(version(cut).unwrap_err().code(), "truncated", "{cut:?}");
    }
    for wrong in [&b"b"[..], b"a-", b"a/x", b"a/\n", b"a/0\n", b"a/01\n", b"a/1 \n", b"a/1000000000\n", b"a/1000000000"]
    {
        assert_eq!(version(wrong).unwrap_err().code(), "wrong-header", "{wrong:?}");
    }
}
