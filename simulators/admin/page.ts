// The look of the admin's own pages in the simulator.
export const escape = (text: string): string =>
  text.replace(
    /[&<>"']/g,
    (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[sign]!,
  );

const style = `
  :root { font: 14px/1.45 Inter, system-ui, sans-serif; color: #303030; background: #f1f1f1; }
  body { margin: 0; padding: 16px; }
  h1 { font-size: 18px; margin: 0 0 4px; } small { display: block; font-weight: 400; color: #616161; } h1 small { display: inline; margin-left: 6px; font-size: 14px; }
  nav { display: flex; gap: 18px; margin: -4px 0 12px; } nav a { color: inherit; }
  .quiet { color: #616161; margin: 0 0 12px; }
  table { width: 100%; border-collapse: collapse; background: #fff; border-radius: 12px; overflow: hidden; box-shadow: 0 1px 2px #0002; }
  th, td { text-align: left; padding: 8px 10px; border-bottom: 1px solid #ebebeb; vertical-align: middle; } thead th { background: #f7f7f7; font-weight: 600; font-size: 12px; }
  form { display: flex; gap: 4px; } input[type=number] { width: 56px; padding: 4px 6px; border: 1px solid #8a8a8a; border-radius: 8px; font: inherit; }
  button { font: inherit; border: 1px solid #c9c9c9; background: #fff; border-radius: 8px; padding: 4px 10px; cursor: pointer; } button:hover { background: #f5f5f5; }
  .badge { background: #ffd6a4; border-radius: 8px; padding: 2px 8px; font-size: 12px; white-space: nowrap; } .badge.on { background: #affebf; }
`;

/** A whole document. */
export const page = ({ title, body }: { title: string; body: string }): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(title)}</title><style>${style}</style></head><body>${body}</body></html>`;
