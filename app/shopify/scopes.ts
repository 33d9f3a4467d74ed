// The one scope that a merchant may give and take back: what counting orders needs (shopify.app.toml, optional_scopes).
export const ORDERS_SCOPE = 'read_orders';
