// Any address that is none of ours: a plain page.
import { htmlPage } from '../lib/html-page.ts';

const nothing = () =>
  htmlPage({
    title: 'There is nothing here',
    text: 'Merchants open the app from their Shopify admin.',
    status: 404,
  });

export const loader = nothing;
export const action = nothing;
