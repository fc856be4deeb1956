//! The QR code of a document, drawn inline as SVG: entry number and leaf hash, not merely a link.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// Light modules around the code, as ISO/IEC 18004 asks.
const QUIET_ZONE: usize = 4;

/// What the code of an entry says: `notarium entry 4 leaf 6e34...`, readable without any program of ours.
#[must_use]
pub fn code_content(index: u64, leaf: &str) -> String {
    format!("notarium entry {index} leaf {leaf}")
}

/// The code as an SVG element, or nothing when the content is too long for one, which an entry's never is.
pub(super) fn svg(content: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(content, EcLevel::M).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (at, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            write!(path, "M{} {}h1v1h-1z", at % width + QUIET_ZONE, at / width + QUIET_ZONE).ok()?;
        }
    }
    let side = width + 2 * QUIET_ZONE;
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\" role=\"img\" \
         aria-label=\"{content}\"><rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads the modules back from the drawing, as a camera would.
    fn decoded(svg: &str) -> String {
        let number = |text: &str| text.parse::<usize>().unwrap();
        let side = number(svg.split("viewBox=\"0 0 ").nth(1).unwrap().split(' ').next().unwrap());
        let mut dark = vec![vec![false; side]; side];
        for module in svg.split("d=\"").nth(1).unwrap().split('M').skip(1) {
            let (x, y) = module.split_once('h').unwrap().0.split_once(' ').unwrap();
            dark[number(y)][number(x)] = true;
        }
        let pixels = 5;
        let shade = |x: usize, y: usize| if dark[y / pixels][x / pixels] { 0 } else { 255 };
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(side * pixels, side * pixels, shade);
        let grids = image.detect_grids();
        assert_eq!(grids.len(), 1);
        grids[0].decode().unwrap().1
    }

    #[test]
    fn the_code_decodes_to_entry_number_and_leaf_hash() {
        for (index, leaf) in [(4, "6e".repeat(32)), ((1 << 53) - 1, "0f".repeat(32))] {
            let content = code_content(index, &leaf);
            assert_eq!(content, format!("notarium entry {index} leaf {leaf}"));
            assert_eq!(decoded(&svg(&content).unwrap()), content);
        }
    }
}
