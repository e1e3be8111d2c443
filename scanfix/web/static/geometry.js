// Points of the upright photo, and where they are seen: the picture may stand turned by quarters.

/** Width and height as they are seen after `quarters` turns clockwise. */
export const turnedSize = ({ width, height }, quarters) =>
  quarters % 2 ? { width: height, height: width } : { width, height };

/** A point of the photo -> where it is seen. */
export function seen([x, y], { width, height }, quarters) {
  return [[x, y], [height - y, x], [width - x, height - y], [y, width - x]][quarters];
}

/** Where it is seen -> the point of the photo. */
export function unseen([x, y], { width, height }, quarters) {
  return [[x, y], [y, height - x], [width - x, height - y], [width - y, x]][quarters];
}

/** The same for SVG and canvas: a b c d e f. */
export function turnMatrix({ width, height }, quarters) {
  return [[1, 0, 0, 1, 0, 0], [0, 1, -1, 0, height, 0], [-1, 0, 0, -1, width, height], [0, -1, 1, 0, 0, width]][quarters];
}

/** Whether four points, clockwise, make a convex quadrilateral. */
export function isConvex(points) {
  return points.every(([x, y], i) => {
    const [x1, y1] = points[(i + 1) % 4];
    const [x2, y2] = points[(i + 2) % 4];
    return (x1 - x) * (y2 - y1) - (y1 - y) * (x2 - x1) > 0;
  });
}

export function centre(points) {
  const sum = points.reduce(([x, y], p) => [x + p[0], y + p[1]], [0, 0]);
  return sum.map((value) => value / points.length);
}

/** CSS matrix3d that takes a picture of `size` so that the four `corners` in it come to the corners of `target`. */
export function straightening(corners, target) {
  const { width: w, height: h } = target;
  const way = invert3(squareTo(corners));
  const scaled = way.map((row, i) => row.map((value) => value * [w, h, 1][i]));
  const m = scaled.map((row) => row.map((value) => value / scaled[2][2]));
  return `matrix3d(${[
    m[0][0], m[1][0], 0, m[2][0],
    m[0][1], m[1][1], 0, m[2][1],
    0, 0, 1, 0,
    m[0][2], m[1][2], 0, m[2][2],
  ].map((value) => value.toFixed(12)).join(",")})`;
}

/** The projective map of the unit square to a quadrilateral (Heckbert 1989, 2.2.3). */
function squareTo([[x0, y0], [x1, y1], [x2, y2], [x3, y3]]) {
  const sx = x0 - x1 + x2 - x3;
  const sy = y0 - y1 + y2 - y3;
  const [dx1, dx2, dy1, dy2] = [x1 - x2, x3 - x2, y1 - y2, y3 - y2];
  const d = dx1 * dy2 - dx2 * dy1;
  const g = (sx * dy2 - dx2 * sy) / d;
  const h = (dx1 * sy - sx * dy1) / d;
  return [
    [x1 - x0 + g * x1, x3 - x0 + h * x3, x0],
    [y1 - y0 + g * y1, y3 - y0 + h * y3, y0],
    [g, h, 1],
  ];
}

function invert3([[a, b, c], [d, e, f], [g, h, i]]) {
  const det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  return [
    [e * i - f * h, c * h - b * i, b * f - c * e],
    [f * g - d * i, a * i - c * g, c * d - a * f],
    [d * h - e * g, b * g - a * h, a * e - b * d],
  ].map((row) => row.map((value) => value / det));
}
