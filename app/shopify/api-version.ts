// The Admin API's version: the one place that names it in the code; a test compares shopify.app.toml.
import { ApiVersion } from '@shopify/shopify-api';

export const API_VERSION = ApiVersion.July26;
