// The optional scope for order attribution (shopify.app.toml, optional_scopes).
export const ORDERS_SCOPE = 'read_orders';
