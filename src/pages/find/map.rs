//! A map without a tile server: the world's outline is one static picture, the pins stand on it in the same projection.

use crate::i18n::use_locale;
use gabarit_domain::geo::GeoPoint;
use gabarit_i18n::{find, fmt};
use gabarit_view::{place::PlaceView, search::MapPin};
use leptos::prelude::*;

/// Where a point stands on the outline: spherical Web Mercator on a square of 1,024 units.
#[must_use]
pub fn project(point: GeoPoint) -> (f64, f64) {
    use std::f64::consts::PI;
    let latitude = point.lat_degrees().clamp(-75.0, 80.0);
    let x = (point.lon_degrees() + 180.0) / 360.0 * 1024.0;
    let y = 512.0 - 1024.0 / (2.0 * PI) * (PI / 4.0 + latitude * PI / 360.0).tan().ln();
    (x, y)
}

/// The part of the outline that holds all points, with a margin: `(x, y, width, height)`, in the given proportion.
///
/// Never narrower than 44 units (some 15 degrees): the outline has no more detail to show.
#[must_use]
pub fn view_box(points: impl IntoIterator<Item = GeoPoint>, width_to_height: f64) -> (f64, f64, f64, f64) {
    let mut bounds: Option<(f64, f64, f64, f64)> = None;
    for (x, y) in points.into_iter().map(project) {
        let (left, top, right, bottom) = bounds.unwrap_or((x, y, x, y));
        bounds = Some((left.min(x), top.min(y), right.max(x), bottom.max(y)));
    }
    // Nothing to show: Europe.
    let (left, top, right, bottom) = bounds.unwrap_or((482.0, 270.0, 590.0, 400.0));
    let width = ((right - left) * 1.12).max((bottom - top) * 1.12 * width_to_height).clamp(44.0, 1024.0);
    let height = (width / width_to_height).min(600.0);
    let x = ((left + right) / 2.0 - width / 2.0).clamp(0.0, 1024.0 - width);
    let y = ((top + bottom) / 2.0 - height / 2.0).clamp(120.0, 720.0 - height);
    (x, y, width, height)
}

/// The towns of the results on a map. The list beside it says the same in words, so its pins take no place in the
/// order of the keyboard.
#[component]
pub fn ResultsMap(
    /// Towns with experts.
    pins: Vec<MapPin>,
    /// The place searched near.
    near: Option<PlaceView>,
    /// Where a pin leads.
    #[prop(into)]
    href: Callback<MapPin, String>,
) -> impl IntoView {
    let locale = use_locale();
    // Where nearly everybody is: a few far away must not shrink the rest to a dot.
    let shown: Vec<GeoPoint> = match &near {
        Some(place) => {
            let mut nearest: Vec<_> = pins.iter().map(|pin| pin.point).collect();
            nearest.sort_by(|a, b| a.distance_km(place.point).total_cmp(&b.distance_km(place.point)));
            nearest.truncate((nearest.len() * 9).div_ceil(10));
            nearest.into_iter().chain([place.point]).collect()
        }
        None => central(&pins),
    };
    let (x, y, width, height) = view_box(shown, 1.5);
    // Sizes are in units of the outline, so they follow the zoom.
    let unit = width / 600.0;
    let circles = pins
        .into_iter()
        .rev()
        .map(|pin| {
            let (cx, cy) = project(pin.point);
            let radius = (4.0 + f64::from(pin.count.min(40)).sqrt() * 1.6) * unit;
            let label = find::map_pin(locale, u64::from(pin.count), &pin.name, fmt::int(locale, i64::from(pin.count)));
            let href = href.run(pin);
            let title = label.clone();
            view! {
                <a href=href tabindex="-1" aria-label=label>
                    <circle class="map-pin" cx=format!("{cx:.2}") cy=format!("{cy:.2}") r=format!("{radius:.2}")
                        stroke-width=format!("{:.3}", unit)>
                        <title>{title}</title>
                    </circle>
                </a>
            }
        })
        .collect_view();
    let centre = near.map(|place| {
        let (cx, cy) = project(place.point);
        let arm = 9.0 * unit;
        let cross = format!("M{:.2} {cy:.2}H{:.2}M{cx:.2} {:.2}V{:.2}", cx - arm, cx + arm, cy - arm, cy + arm);
        view! { <path class="map-centre" d=cross stroke-width=format!("{:.3}", 1.6 * unit)/> }
    });
    view! {
        <svg class="map" role="group" aria-label=find::map_title(locale)
            viewBox=format!("{x:.2} {y:.2} {width:.2} {height:.2}")>
            <image href="/map/world.svg" x="0" y="120" width="1024" height="600"/>
            {circles}
            {centre}
        </svg>
    }
    .into_any()
}

/// The points of the middle 94 % of experts, by longitude and by latitude.
fn central(pins: &[MapPin]) -> Vec<GeoPoint> {
    let total: u32 = pins.iter().map(|pin| pin.count).sum();
    let range = |key: fn(&MapPin) -> i32| {
        let mut sorted: Vec<_> = pins.iter().map(|pin| (key(pin), pin.count)).collect();
        sorted.sort_unstable();
        let at = |share: u32| {
            let mut passed = 0;
            sorted
                .iter()
                .find(|(_, count)| {
                    passed += count;
                    u64::from(passed) * 100 >= u64::from(total) * u64::from(share)
                })
                .map_or(0, |(value, _)| *value)
        };
        (at(3), at(97))
    };
    if total == 0 {
        return Vec::new();
    }
    let ((south, north), (west, east)) = (range(|pin| pin.point.lat), range(|pin| pin.point.lon));
    [GeoPoint::new(south, west), GeoPoint::new(north, east)].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The outline's own check values.
    #[test]
    fn projection_fits_the_outline() {
        for (lat, lon, x, y) in [
            (52.0908, 5.1222, 526.57, 337.82),
            (50.6337, 5.5675, 527.84, 344.46),
            (38.7167, -9.1333, 485.97, 392.36),
            (40.7143, -74.006, 301.49, 385.00),
        ] {
            let point = GeoPoint::new((lat * 1e6) as i32, (lon * 1e6) as i32).unwrap();
            let (px, py) = project(point);
            assert!((px - x).abs() < 0.1 && (py - y).abs() < 0.1, "{lat} {lon}: {px} {py}");
        }
    }

    /// Whatever is shown, the box stays on the outline and keeps its proportion.
    #[test]
    fn the_box_stays_on_the_outline() {
        let point = |lat: i32, lon: i32| GeoPoint::new(lat * 1_000_000, lon * 1_000_000).unwrap();
        for points in
            [vec![], vec![point(52, 5)], vec![point(-80, -180), point(85, 180)], vec![point(-74, 179), point(-70, 180)]]
        {
            let (x, y, width, height) = view_box(points, 1.5);
            assert!(x >= 0.0 && y >= 120.0 && x + width <= 1024.01 && y + height <= 720.01, "{x} {y} {width} {height}");
            assert!(width >= 44.0);
        }
    }
}
