// Draws the demo shop's product pictures, so that no photograph has to be shipped or fetched.

const COLOURS: Record<string, { cloth: string; shade: string }> = {
  'linen-shirt': { cloth: '#dcc9a6', shade: '#b89f74' },
  'linen-shirt-sand': { cloth: '#dcc9a6', shade: '#b89f74' },
  'linen-shirt-indigo': { cloth: '#46598f', shade: '#303f69' },
  'gauze-scarf': { cloth: '#c4653a', shade: '#97482a' },
  'market-tote': { cloth: '#e6dcc8', shade: '#8a7a5c' },
  'waffle-towel': { cloth: '#b9cfc6', shade: '#85a79a' },
  apron: { cloth: '#6b7a5e', shade: '#4c5842' },
  'linen-ribbon': { cloth: '#a34a62', shade: '#78334a' },
};

function shapeOf(name: string): string {
  if (name.startsWith('linen-shirt')) {
    return `<path class="c" d="M290 170 L200 220 L130 400 L215 435 L240 370 L240 640 L560 640 L560 370 L585 435 L670 400 L600 220 L510 170 Q400 250 290 170 Z"/>
<path class="l" d="M290 170 Q400 290 510 170 M400 236 V640 M240 370 L252 300 M560 370 L548 300"/>
<circle class="s" cx="400" cy="330" r="7"/><circle class="s" cx="400" cy="420" r="7"/><circle class="s" cx="400" cy="510" r="7"/>`;
  }
  if (name === 'gauze-scarf') {
    return `<path class="c" d="M250 210 Q400 120 550 210 Q580 300 400 330 Q220 300 250 210 Z"/>
<path class="c" d="M330 310 L290 640 H420 L440 320 Z"/><path class="l" d="M280 240 Q400 300 520 240 M300 640 V680 M330 640 V680 M360 640 V680 M390 640 V680 M345 420 L432 400"/>`;
  }
  if (name === 'market-tote') {
    return `<path class="c" d="M210 330 H590 L560 650 H240 Z"/><path class="l wide" d="M300 400 V270 Q400 120 500 270 V400"/><path class="l" d="M228 480 H572"/>`;
  }
  if (name === 'waffle-towel') {
    const lines = Array.from({ length: 8 }, (_, i) => `M${260 + i * 40} 190 V620 M230 ${230 + i * 50} H570`);
    return `<rect class="c" x="230" y="190" width="340" height="430" rx="14"/><path class="l thin" d="${lines.join(' ')}"/>`;
  }
  if (name === 'apron') {
    return `<path class="c" d="M320 200 H480 L500 330 Q580 350 590 380 V650 H210 V380 Q220 350 300 330 Z"/>
<path class="l wide" d="M320 200 Q400 60 480 200"/><rect class="l" x="310" y="440" width="180" height="110" rx="8"/>`;
  }
  return `<circle class="c" cx="400" cy="380" r="190"/><circle class="l" cx="400" cy="380" r="120"/><circle class="s" cx="400" cy="380" r="46"/>
<path class="c" d="M560 470 Q660 560 600 680 L560 650 L530 690 Q580 580 500 540 Z"/>`;
}

/** The SVG behind a `https://cdn.shopify.com/s/files/demo/<name>.svg` address, or null when nothing lives there. */
export function pictureAt(url: string): string | null {
  const name = /\/s\/files\/demo\/([a-z-]+)\.svg$/.exec(new URL(url).pathname)?.[1];
  const colours = name ? COLOURS[name] : undefined;
  if (!name || !colours) return null;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 800" width="800" height="800" role="img">
<style>.c{fill:${colours.cloth}}.s{fill:${colours.shade}}.l{fill:none;stroke:${colours.shade};stroke-width:6;stroke-linecap:round;stroke-linejoin:round}.wide{stroke-width:16}.thin{stroke-width:3}</style>
<rect width="800" height="800" fill="#f6f1e8"/><ellipse cx="400" cy="690" rx="230" ry="22" fill="#e6dccb"/>
${shapeOf(name)}
</svg>
`;
}
