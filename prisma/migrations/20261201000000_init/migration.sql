-- CreateTable
CREATE TABLE sessions (
    id TEXT NOT NULL,
    shop TEXT NOT NULL,
    state TEXT NOT NULL,
    is_online BOOLEAN NOT NULL DEFAULT false,
    scope TEXT,
    expires TIMESTAMP(3),
    access_token TEXT NOT NULL,
    user_id BIGINT,
    first_name TEXT,
    last_name TEXT,
    email TEXT,
    account_owner BOOLEAN NOT NULL DEFAULT false,
    locale TEXT,
    collaborator BOOLEAN DEFAULT false,
    email_verified BOOLEAN DEFAULT false,
    refresh_token TEXT,
    refresh_token_expires TIMESTAMP(3),

    CONSTRAINT sessions_pkey PRIMARY KEY (id)
);

-- CreateTable
CREATE TABLE shops (
    id BIGINT NOT NULL,
    domain TEXT NOT NULL,
    name TEXT NOT NULL,
    timezone TEXT NOT NULL DEFAULT 'UTC',
    currency TEXT NOT NULL DEFAULT 'USD',
    locale TEXT NOT NULL DEFAULT 'en',
    installed_at TIMESTAMPTZ(3) NOT NULL,
    uninstalled_at TIMESTAMPTZ(3),
    reauthorization_required_since TIMESTAMPTZ(3),
    api_failures INTEGER NOT NULL DEFAULT 0,
    api_retry_at TIMESTAMPTZ(3),
    renewal_started_at TIMESTAMPTZ(3),
    access_unknown_since TIMESTAMPTZ(3),
    access_check_at TIMESTAMPTZ(3),
    access_confirmed_at TIMESTAMPTZ(3),
    details_as_of TIMESTAMPTZ(3),
    ref_key TEXT NOT NULL,
    setup_guide_dismissed_at TIMESTAMPTZ(3),
    published_storefront_state TEXT,
    order_attribution TEXT NOT NULL DEFAULT 'off',
    order_attribution_started_at TIMESTAMPTZ(3),
    order_attribution_ended_at TIMESTAMPTZ(3),
    order_attribution_end_reason TEXT,
    order_attribution_check_at TIMESTAMPTZ(3),
    send_policy TEXT NOT NULL DEFAULT 'batches',
    shoppers_per_unit INTEGER NOT NULL DEFAULT 10,
    batch_interval_minutes INTEGER NOT NULL DEFAULT 15,
    minimum_stock INTEGER NOT NULL DEFAULT 1,
    send_delay_seconds INTEGER NOT NULL DEFAULT 10,
    restock_cooldown_minutes INTEGER NOT NULL DEFAULT 30,
    quiet_hours_start INTEGER,
    quiet_hours_end INTEGER,
    location_ids BIGINT[],
    notify_on_preorder BOOLEAN NOT NULL DEFAULT false,
    button_hidden BOOLEAN NOT NULL DEFAULT false,
    left_out JSONB NOT NULL DEFAULT '{}',
    custom_messages JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT shops_pkey PRIMARY KEY (id)
);

-- CreateTable
CREATE TABLE privacy_requests (
    id BIGSERIAL NOT NULL,
    request_key TEXT NOT NULL,
    shop_id BIGINT,
    topic TEXT NOT NULL,
    subject JSONB NOT NULL DEFAULT '{}',
    received_at TIMESTAMPTZ(3) NOT NULL,
    done_at TIMESTAMPTZ(3),

    CONSTRAINT privacy_requests_pkey PRIMARY KEY (id)
);

-- CreateTable
CREATE TABLE pages (
    id BIGSERIAL NOT NULL,
    shop_id BIGINT NOT NULL,
    meta_page_id TEXT NOT NULL,
    name TEXT NOT NULL,
    access_token BYTEA,
    connected_by_user_id TEXT,
    connected_at TIMESTAMPTZ(3) NOT NULL,
    replaced_at TIMESTAMPTZ(3),
    disconnected_at TIMESTAMPTZ(3),
    issue TEXT,
    issue_since TIMESTAMPTZ(3),
    test_passed_at TIMESTAMPTZ(3),
    images_accepted BOOLEAN,
    messages_per_second INTEGER NOT NULL DEFAULT 30,
    previous_profile JSONB,
    webhooks_subscribed_at TIMESTAMPTZ(3),
    health_checked_at TIMESTAMPTZ(3),

    CONSTRAINT pages_pkey PRIMARY KEY (id,shop_id)
);

-- CreateTable
CREATE TABLE oauth_states (
    state_hash TEXT NOT NULL,
    shop_id BIGINT NOT NULL,
    created_at TIMESTAMPTZ(3) NOT NULL,
    used_at TIMESTAMPTZ(3),
    choice BYTEA,

    CONSTRAINT oauth_states_pkey PRIMARY KEY (state_hash)
);

-- CreateTable
CREATE TABLE webhook_events (
    id BIGSERIAL NOT NULL,
    event_key TEXT NOT NULL,
    meta_page_id TEXT NOT NULL,
    shop_id BIGINT,
    ordering_key TEXT NOT NULL,
    occurred_at TIMESTAMPTZ(3) NOT NULL,
    received_at TIMESTAMPTZ(3) NOT NULL,
    body BYTEA NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at TIMESTAMPTZ(3) NOT NULL,
    failure TEXT,
    failure_detail TEXT,

    CONSTRAINT webhook_events_pkey PRIMARY KEY (id)
);

-- CreateTable
CREATE TABLE processed_events (
    event_key TEXT NOT NULL,
    shop_id BIGINT,
    processed_on DATE NOT NULL,

    CONSTRAINT processed_events_pkey PRIMARY KEY (event_key)
);

-- CreateTable
CREATE TABLE replies (
    shop_id BIGINT NOT NULL,
    id UUID NOT NULL,
    page_id BIGINT NOT NULL,
    ordering_key TEXT NOT NULL,
    position BIGSERIAL NOT NULL,
    occurred_at TIMESTAMPTZ(3) NOT NULL,
    created_at TIMESTAMPTZ(3) NOT NULL,
    due_at TIMESTAMPTZ(3) NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    body BYTEA NOT NULL,
    opt_in_request_id BIGINT,

    CONSTRAINT replies_pkey PRIMARY KEY (shop_id,id)
);

-- CreateTable
CREATE TABLE shoppers (
    id BIGSERIAL NOT NULL,
    shop_id BIGINT NOT NULL,
    page_id BIGINT NOT NULL,
    psid TEXT NOT NULL,
    locale TEXT NOT NULL DEFAULT 'en',
    country TEXT NOT NULL DEFAULT 'xx',
    last_action_at TIMESTAMPTZ(3),
    opted_out_at TIMESTAMPTZ(3),
    other_responder_at TIMESTAMPTZ(3),
    taken_over_at TIMESTAMPTZ(3),
    replied_at TIMESTAMPTZ(3),
    handoff_message_at TIMESTAMPTZ(3),
    pending_question JSONB,
    created_at TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT shoppers_pkey PRIMARY KEY (id,shop_id)
);

-- CreateTable
CREATE TABLE variants (
    id BIGINT NOT NULL,
    shop_id BIGINT NOT NULL,
    product_id BIGINT NOT NULL,
    inventory_item_id BIGINT,
    product_title TEXT NOT NULL,
    title TEXT NOT NULL,
    handle TEXT NOT NULL,
    url TEXT,
    image_url TEXT,
    price TEXT,
    component_item_ids BIGINT[],
    check_requested_version BIGINT NOT NULL DEFAULT 0,
    checked_version BIGINT NOT NULL DEFAULT 0,
    direct_request_version BIGINT NOT NULL DEFAULT 0,
    due_since TIMESTAMPTZ(3),
    levels INTEGER,
    seen_for_sale BOOLEAN,
    seen_quantity INTEGER,
    next_check_at TIMESTAMPTZ(3),
    stale_checks INTEGER NOT NULL DEFAULT 0,
    paused_at TIMESTAMPTZ(3),
    missing_since TIMESTAMPTZ(3),

    CONSTRAINT variants_pkey PRIMARY KEY (shop_id,id)
);

-- CreateTable
CREATE TABLE opt_in_requests (
    id BIGSERIAL NOT NULL,
    shop_id BIGINT NOT NULL,
    shopper_id BIGINT NOT NULL,
    variant_id BIGINT NOT NULL,
    title TEXT NOT NULL,
    locale TEXT NOT NULL,
    is_test BOOLEAN NOT NULL DEFAULT false,
    created_at TIMESTAMPTZ(3) NOT NULL,
    message_id TEXT,
    sent_at TIMESTAMPTZ(3),
    accepted_at TIMESTAMPTZ(3),

    CONSTRAINT opt_in_requests_pkey PRIMARY KEY (shop_id,id)
);

-- CreateTable
CREATE TABLE subscriptions (
    id BIGSERIAL NOT NULL,
    shop_id BIGINT NOT NULL,
    shopper_id BIGINT NOT NULL,
    variant_id BIGINT NOT NULL,
    page_id BIGINT NOT NULL,
    opt_in_request_id BIGINT NOT NULL,
    grant_token BYTEA,
    status TEXT NOT NULL DEFAULT 'waiting',
    is_test BOOLEAN NOT NULL DEFAULT false,
    waiting_since TIMESTAMPTZ(3) NOT NULL,
    granted_at TIMESTAMPTZ(3) NOT NULL,
    expires_at TIMESTAMPTZ(3) NOT NULL,
    ended_at TIMESTAMPTZ(3),
    end_reason TEXT,

    CONSTRAINT subscriptions_pkey PRIMARY KEY (shop_id,id)
);

-- CreateTable
CREATE TABLE used_grants (
    grant_hash TEXT NOT NULL,
    shop_id BIGINT NOT NULL,
    used_on DATE NOT NULL,

    CONSTRAINT used_grants_pkey PRIMARY KEY (shop_id,grant_hash)
);

-- CreateTable
CREATE TABLE stock_checks (
    id BIGSERIAL NOT NULL,
    shop_id BIGINT NOT NULL,
    variant_id BIGINT NOT NULL,
    checked_at TIMESTAMPTZ(3) NOT NULL,
    available BOOLEAN NOT NULL,
    units INTEGER,
    decision TEXT NOT NULL,
    reason TEXT NOT NULL,
    is_test BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT stock_checks_pkey PRIMARY KEY (shop_id,id)
);

-- CreateTable
CREATE TABLE restocks (
    id BIGSERIAL NOT NULL,
    shop_id BIGINT NOT NULL,
    variant_id BIGINT NOT NULL,
    opened_at TIMESTAMPTZ(3) NOT NULL,
    closed_at TIMESTAMPTZ(3),
    kind TEXT NOT NULL DEFAULT 'in_stock',
    is_test BOOLEAN NOT NULL DEFAULT false,
    notification_quota INTEGER NOT NULL DEFAULT 0,
    claimed_count INTEGER NOT NULL DEFAULT 0,
    units INTEGER,
    send_after TIMESTAMPTZ(3),
    next_batch_at TIMESTAMPTZ(3),
    held_at TIMESTAMPTZ(3),
    confirmed_available_at TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT restocks_pkey PRIMARY KEY (shop_id,id)
);

-- CreateTable
CREATE TABLE notifications (
    id BIGSERIAL NOT NULL,
    shop_id BIGINT NOT NULL,
    subscription_id BIGINT NOT NULL,
    restock_id BIGINT NOT NULL,
    shopper_id BIGINT NOT NULL,
    page_id BIGINT NOT NULL,
    meta_page_id TEXT NOT NULL,
    link_code TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'claimed',
    is_test BOOLEAN NOT NULL DEFAULT false,
    lease_epoch BIGINT NOT NULL,
    claimed_at TIMESTAMPTZ(3) NOT NULL,
    request_body BYTEA,
    started_at TIMESTAMPTZ(3),
    attempts INTEGER NOT NULL DEFAULT 0,
    retry_at TIMESTAMPTZ(3),
    message_id TEXT,
    finished_at TIMESTAMPTZ(3),
    failure_reason TEXT,
    delivered_at TIMESTAMPTZ(3),
    read_at TIMESTAMPTZ(3),

    CONSTRAINT notifications_pkey PRIMARY KEY (id,shop_id)
);

-- CreateTable
CREATE TABLE page_senders (
    meta_page_id TEXT NOT NULL,
    paused_at TIMESTAMPTZ(3),
    pause_reason TEXT,
    unexplained_errors INTEGER NOT NULL DEFAULT 0,
    probe_at TIMESTAMPTZ(3),

    CONSTRAINT page_senders_pkey PRIMARY KEY (meta_page_id)
);

-- CreateTable
CREATE TABLE leases (
    name TEXT NOT NULL,
    holder TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    expires_at TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT leases_pkey PRIMARY KEY (name)
);

-- CreateTable
CREATE TABLE link_clicks (
    id BIGSERIAL NOT NULL,
    shop_id BIGINT NOT NULL,
    notification_id BIGINT NOT NULL,
    clicked_at TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT link_clicks_pkey PRIMARY KEY (shop_id,id)
);

-- CreateTable
CREATE TABLE attributed_orders (
    id BIGSERIAL NOT NULL,
    shop_id BIGINT NOT NULL,
    notification_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    amount DECIMAL(18,4) NOT NULL,
    currency TEXT NOT NULL,
    refunded DECIMAL(18,4) NOT NULL DEFAULT 0,
    ordered_at TIMESTAMPTZ(3) NOT NULL,
    source_updated_at TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT attributed_orders_pkey PRIMARY KEY (shop_id,id)
);

-- CreateTable
CREATE TABLE order_syncs (
    shop_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    requested_at TIMESTAMPTZ(3) NOT NULL,
    due_at TIMESTAMPTZ(3) NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT order_syncs_pkey PRIMARY KEY (shop_id,order_id)
);

-- CreateTable
CREATE TABLE flow_trigger_usages (
    shop_id BIGINT NOT NULL,
    trigger TEXT NOT NULL,
    used BOOLEAN NOT NULL,
    reported_at TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT flow_trigger_usages_pkey PRIMARY KEY (shop_id,trigger)
);

-- CreateTable
CREATE TABLE flow_cursors (
    shop_id BIGINT NOT NULL,
    started_at TIMESTAMPTZ(3) NOT NULL,
    last_subscription_id BIGINT NOT NULL,
    last_restock_id BIGINT NOT NULL,

    CONSTRAINT flow_cursors_pkey PRIMARY KEY (shop_id)
);

-- CreateTable
CREATE TABLE flow_deliveries (
    shop_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    subject_id BIGINT NOT NULL,
    threshold INTEGER,
    issue TEXT,
    issue_since TIMESTAMPTZ(3),
    delivered_at TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT flow_deliveries_pkey PRIMARY KEY (shop_id,kind,subject_id)
);

-- CreateIndex
CREATE INDEX sessions_shop_idx ON sessions(shop);

-- CreateIndex
CREATE UNIQUE INDEX shops_domain_key ON shops(domain);

-- CreateIndex
CREATE INDEX shops_order_attribution_check_at_idx ON shops(order_attribution_check_at);

-- CreateIndex
CREATE INDEX shops_access_check_at_idx ON shops(access_check_at);

-- CreateIndex
CREATE UNIQUE INDEX privacy_requests_request_key_key ON privacy_requests(request_key);

-- CreateIndex
CREATE INDEX pages_meta_page_id_idx ON pages(meta_page_id);

-- CreateIndex
CREATE UNIQUE INDEX pages_shop_id_meta_page_id_key ON pages(shop_id, meta_page_id);

-- CreateIndex
CREATE INDEX oauth_states_shop_id_idx ON oauth_states(shop_id);

-- CreateIndex
CREATE UNIQUE INDEX webhook_events_event_key_key ON webhook_events(event_key);

-- CreateIndex
CREATE INDEX webhook_events_meta_page_id_ordering_key_occurred_at_id_idx ON webhook_events(meta_page_id, ordering_key, occurred_at, id);

-- CreateIndex
CREATE INDEX processed_events_processed_on_idx ON processed_events(processed_on);

-- CreateIndex
CREATE INDEX replies_ordering_key_occurred_at_position_idx ON replies(ordering_key, occurred_at, position);

-- CreateIndex
CREATE INDEX replies_shop_id_page_id_idx ON replies(shop_id, page_id);

-- CreateIndex
CREATE INDEX replies_shop_id_opt_in_request_id_idx ON replies(shop_id, opt_in_request_id);

-- CreateIndex
CREATE INDEX shoppers_page_id_psid_idx ON shoppers(page_id, psid);

-- CreateIndex
CREATE UNIQUE INDEX shoppers_shop_id_page_id_psid_key ON shoppers(shop_id, page_id, psid);

-- CreateIndex
CREATE INDEX variants_shop_id_inventory_item_id_idx ON variants(shop_id, inventory_item_id);

-- CreateIndex
CREATE INDEX variants_shop_id_product_id_idx ON variants(shop_id, product_id);

-- CreateIndex
CREATE INDEX variants_component_item_ids_idx ON variants USING GIN (component_item_ids);

-- CreateIndex
CREATE INDEX opt_in_requests_shop_id_shopper_id_variant_id_idx ON opt_in_requests(shop_id, shopper_id, variant_id);

-- CreateIndex
CREATE INDEX opt_in_requests_shop_id_created_at_idx ON opt_in_requests(shop_id, created_at);

-- CreateIndex
CREATE INDEX subscriptions_shop_id_shopper_id_idx ON subscriptions(shop_id, shopper_id);

-- CreateIndex
CREATE UNIQUE INDEX subscriptions_shop_id_opt_in_request_id_key ON subscriptions(shop_id, opt_in_request_id);

-- CreateIndex
CREATE INDEX used_grants_used_on_idx ON used_grants(used_on);

-- CreateIndex
CREATE INDEX stock_checks_shop_id_variant_id_checked_at_idx ON stock_checks(shop_id, variant_id, checked_at);

-- CreateIndex
CREATE INDEX restocks_shop_id_variant_id_opened_at_idx ON restocks(shop_id, variant_id, opened_at);

-- CreateIndex
CREATE UNIQUE INDEX notifications_link_code_key ON notifications(link_code);

-- CreateIndex
CREATE INDEX notifications_shop_id_claimed_at_idx ON notifications(shop_id, claimed_at);

-- CreateIndex
CREATE UNIQUE INDEX notifications_shop_id_subscription_id_key ON notifications(shop_id, subscription_id);

-- CreateIndex
CREATE UNIQUE INDEX notifications_shop_id_restock_id_shopper_id_key ON notifications(shop_id, restock_id, shopper_id);

-- CreateIndex
CREATE INDEX link_clicks_shop_id_notification_id_idx ON link_clicks(shop_id, notification_id);

-- CreateIndex
CREATE INDEX link_clicks_shop_id_clicked_at_idx ON link_clicks(shop_id, clicked_at);

-- CreateIndex
CREATE INDEX attributed_orders_shop_id_ordered_at_idx ON attributed_orders(shop_id, ordered_at);

-- CreateIndex
CREATE INDEX attributed_orders_shop_id_notification_id_idx ON attributed_orders(shop_id, notification_id);

-- CreateIndex
CREATE UNIQUE INDEX attributed_orders_shop_id_order_id_key ON attributed_orders(shop_id, order_id);

-- CreateIndex
CREATE INDEX order_syncs_due_at_idx ON order_syncs(due_at);

-- AddForeignKey
ALTER TABLE pages ADD CONSTRAINT pages_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES shops(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE replies ADD CONSTRAINT replies_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES shops(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE replies ADD CONSTRAINT replies_shop_id_page_id_fkey FOREIGN KEY (shop_id, page_id) REFERENCES pages(shop_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE replies ADD CONSTRAINT replies_shop_id_opt_in_request_id_fkey FOREIGN KEY (shop_id, opt_in_request_id) REFERENCES opt_in_requests(shop_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE shoppers ADD CONSTRAINT shoppers_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES shops(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE shoppers ADD CONSTRAINT shoppers_shop_id_page_id_fkey FOREIGN KEY (shop_id, page_id) REFERENCES pages(shop_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE variants ADD CONSTRAINT variants_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES shops(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE opt_in_requests ADD CONSTRAINT opt_in_requests_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES shops(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE opt_in_requests ADD CONSTRAINT opt_in_requests_shop_id_shopper_id_fkey FOREIGN KEY (shop_id, shopper_id) REFERENCES shoppers(shop_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE opt_in_requests ADD CONSTRAINT opt_in_requests_shop_id_variant_id_fkey FOREIGN KEY (shop_id, variant_id) REFERENCES variants(shop_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE subscriptions ADD CONSTRAINT subscriptions_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES shops(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE subscriptions ADD CONSTRAINT subscriptions_shop_id_shopper_id_fkey FOREIGN KEY (shop_id, shopper_id) REFERENCES shoppers(shop_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE subscriptions ADD CONSTRAINT subscriptions_shop_id_variant_id_fkey FOREIGN KEY (shop_id, variant_id) REFERENCES variants(shop_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE subscriptions ADD CONSTRAINT subscriptions_shop_id_page_id_fkey FOREIGN KEY (shop_id, page_id) REFERENCES pages(shop_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE subscriptions ADD CONSTRAINT subscriptions_shop_id_opt_in_request_id_fkey FOREIGN KEY (shop_id, opt_in_request_id) REFERENCES opt_in_requests(shop_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE stock_checks ADD CONSTRAINT stock_checks_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES shops(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE stock_checks ADD CONSTRAINT stock_checks_shop_id_variant_id_fkey FOREIGN KEY (shop_id, variant_id) REFERENCES variants(shop_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE restocks ADD CONSTRAINT restocks_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES shops(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE restocks ADD CONSTRAINT restocks_shop_id_variant_id_fkey FOREIGN KEY (shop_id, variant_id) REFERENCES variants(shop_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE notifications ADD CONSTRAINT notifications_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES shops(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE notifications ADD CONSTRAINT notifications_shop_id_subscription_id_fkey FOREIGN KEY (shop_id, subscription_id) REFERENCES subscriptions(shop_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE notifications ADD CONSTRAINT notifications_shop_id_restock_id_fkey FOREIGN KEY (shop_id, restock_id) REFERENCES restocks(shop_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE notifications ADD CONSTRAINT notifications_shop_id_shopper_id_fkey FOREIGN KEY (shop_id, shopper_id) REFERENCES shoppers(shop_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE notifications ADD CONSTRAINT notifications_shop_id_page_id_fkey FOREIGN KEY (shop_id, page_id) REFERENCES pages(shop_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE link_clicks ADD CONSTRAINT link_clicks_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES shops(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE link_clicks ADD CONSTRAINT link_clicks_shop_id_notification_id_fkey FOREIGN KEY (shop_id, notification_id) REFERENCES notifications(shop_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE attributed_orders ADD CONSTRAINT attributed_orders_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES shops(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE attributed_orders ADD CONSTRAINT attributed_orders_shop_id_notification_id_fkey FOREIGN KEY (shop_id, notification_id) REFERENCES notifications(shop_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE order_syncs ADD CONSTRAINT order_syncs_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES shops(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE flow_trigger_usages ADD CONSTRAINT flow_trigger_usages_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES shops(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE flow_cursors ADD CONSTRAINT flow_cursors_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES shops(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE flow_deliveries ADD CONSTRAINT flow_deliveries_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES shops(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- What follows Prisma's schema language cannot say.

-- States are text with a CHECK each: a value is added or taken out by one statement, and a row that an update returns needs no cast.
ALTER TABLE shops ADD CONSTRAINT shops_send_policy CHECK (send_policy IN ('batches', 'all_at_once'));
ALTER TABLE shops ADD CONSTRAINT shops_order_attribution CHECK (order_attribution IN ('off', 'on', 'stopping'));
ALTER TABLE shops ADD CONSTRAINT shops_order_attribution_end_reason CHECK (order_attribution_end_reason IN ('stopped', 'revoked'));
ALTER TABLE pages ADD CONSTRAINT pages_issue CHECK (issue IN
  ('reconnect', 'permission', 'not_granted', 'restricted', 'blocked', 'not_subscribed', 'unexplained_errors'));
ALTER TABLE subscriptions ADD CONSTRAINT subscriptions_status CHECK (status IN
  ('waiting', 'claimed', 'notified', 'assumed_notified', 'failed', 'unknown', 'expired', 'cancelled'));
ALTER TABLE subscriptions ADD CONSTRAINT subscriptions_end_reason CHECK (end_reason IN
  ('shopper_cancelled', 'shopper_opted_out', 'superseded_test', 'merged', 'expired', 'delivery_failed', 'no_response'));
ALTER TABLE stock_checks ADD CONSTRAINT stock_checks_decision CHECK (decision IN ('open', 'raise_quota', 'wait', 'close', 'none'));
ALTER TABLE stock_checks ADD CONSTRAINT stock_checks_reason CHECK (reason IN
  ('in_stock', 'orderable', 'not_active', 'not_published', 'sold_out', 'stale', 'order_only', 'stock_elsewhere', 'deleted', 'unreadable',
   'below_minimum', 'nobody_waiting', 'paused', 'held', 'send_delay', 'quiet_hours', 'all_allowed', 'batch', 'next_batch', 'sending', 'test'));
ALTER TABLE restocks ADD CONSTRAINT restocks_kind CHECK (kind IN ('in_stock', 'orderable'));
ALTER TABLE notifications ADD CONSTRAINT notifications_status CHECK (status IN
  ('claimed', 'sending', 'unexplained_error', 'sent', 'assumed_sent', 'failed', 'unknown'));
ALTER TABLE webhook_events ADD CONSTRAINT webhook_events_failure CHECK (failure IN ('unknown_request', 'not_handled', 'policy', 'unrecognized'));
ALTER TABLE flow_deliveries ADD CONSTRAINT flow_deliveries_kind CHECK (kind IN ('waitlist', 'restock', 'page_issue'));

-- One living subscription per variant and shopper.
CREATE UNIQUE INDEX subscriptions_one_living ON subscriptions (shop_id, variant_id, shopper_id) WHERE status IN ('waiting', 'claimed');
-- The claim's way through a waitlist of any length, oldest first; and who can still be notified, counted from the index alone.
CREATE INDEX subscriptions_waitlist ON subscriptions (shop_id, variant_id, waiting_since, id) INCLUDE (page_id, expires_at, is_test)
  WHERE status = 'waiting';
-- Everybody who waits in a shop, oldest first: the export, and the waitlist by shopper.
CREATE INDEX subscriptions_waiting_since ON subscriptions (shop_id, waiting_since, id) WHERE status = 'waiting';
-- The few whose wait ended without a message.
CREATE INDEX subscriptions_not_notified ON subscriptions (shop_id, waiting_since, id) WHERE status IN ('failed', 'unknown', 'expired', 'cancelled');
CREATE INDEX subscriptions_expiring ON subscriptions (expires_at) WHERE status = 'waiting';
-- A Page's unfinished notifications are found by their subscriptions: no index names what changes when a notification finishes.
CREATE INDEX subscriptions_claimed ON subscriptions (page_id) WHERE status = 'claimed';
-- A living subscription holds its grant, an ended one holds none.
ALTER TABLE subscriptions ADD CONSTRAINT subscriptions_grant_while_living
  CHECK ((status IN ('waiting', 'claimed')) = (grant_token IS NOT NULL));

-- One open restock per variant; the merchant's test stands beside it.
CREATE UNIQUE INDEX restocks_one_open ON restocks (shop_id, variant_id) WHERE closed_at IS NULL AND NOT is_test;
CREATE INDEX restocks_open ON restocks (shop_id, confirmed_available_at) WHERE closed_at IS NULL;
ALTER TABLE restocks ADD CONSTRAINT restocks_claimed_within_quota CHECK (claimed_count >= 0 AND claimed_count <= notification_quota);

-- One Page at a time serves a shop.
CREATE UNIQUE INDEX pages_one_current ON pages (shop_id) WHERE replaced_at IS NULL AND disconnected_at IS NULL;
ALTER TABLE pages ADD CONSTRAINT pages_token_while_connected CHECK (disconnected_at IS NOT NULL OR access_token IS NOT NULL);
ALTER TABLE pages ADD CONSTRAINT pages_rate_limit CHECK (messages_per_second BETWEEN 1 AND 300);

-- A stock check is due, now or later.
CREATE INDEX variants_check_due ON variants (shop_id) WHERE check_requested_version > checked_version;
CREATE INDEX variants_next_check ON variants (next_check_at) WHERE next_check_at IS NOT NULL;
ALTER TABLE variants ADD CONSTRAINT variants_checked_never_ahead CHECK (checked_version <= check_requested_version);

-- A notification's row is written three times (claimed, sending, finished): with room on the page, and no index over what the last of them
-- change, finishing it writes to no index.
ALTER TABLE notifications SET (fillfactor = 60);
ALTER TABLE notifications ADD CONSTRAINT notifications_finished_is_final
  CHECK ((status IN ('sent', 'assumed_sent', 'failed', 'unknown')) = (finished_at IS NOT NULL));
-- Messages that did not simply end as sent have a reason, and no other has one: found by that, since an index that named the status would
-- have every message rewritten in every index each time its status changes.
CREATE INDEX notifications_failed ON notifications (shop_id, claimed_at, id) WHERE failure_reason IS NOT NULL;

-- The merchant's own tests: a handful among millions.
CREATE INDEX opt_in_requests_tests ON opt_in_requests (shop_id, id) WHERE is_test;
CREATE INDEX notifications_tests ON notifications (shop_id, id) WHERE is_test;

-- Nothing is refunded beyond what was paid.
ALTER TABLE attributed_orders ADD CONSTRAINT attributed_orders_refunded_within_amount CHECK (refunded >= 0 AND refunded <= amount);
-- Order attribution has a start.
ALTER TABLE shops ADD CONSTRAINT shops_order_attribution_started CHECK (order_attribution <> 'on' OR order_attribution_started_at IS NOT NULL);

-- No notification for a subscription that has ended or expired, nor for a shopper who opted out, and only in a restock of its own variant,
-- test to test. A foreign key over the status would say the first as well, and cost each subscription one more index to write.
CREATE FUNCTION notification_needs_a_living_subscription() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  sub record;
BEGIN
  SELECT s.status, s.expires_at, s.shopper_id, p.opted_out_at, r.id AS restock_id INTO sub
    FROM subscriptions s
    JOIN shoppers p ON p.id = s.shopper_id AND p.shop_id = s.shop_id
    LEFT JOIN restocks r ON r.id = NEW.restock_id AND r.shop_id = s.shop_id AND r.variant_id = s.variant_id AND r.is_test = s.is_test
    WHERE s.id = NEW.subscription_id AND s.shop_id = NEW.shop_id;
  -- One that is not there at all is the foreign key's to refuse.
  IF sub.status NOT IN ('waiting', 'claimed') OR sub.expires_at <= NEW.claimed_at OR sub.opted_out_at IS NOT NULL
     OR sub.shopper_id <> NEW.shopper_id THEN
    RAISE EXCEPTION 'subscription % may not be notified: it is cancelled, ended, expired or another shopper''s', NEW.subscription_id
      USING ERRCODE = 'check_violation';
  END IF;
  IF sub.restock_id IS NULL THEN
    RAISE EXCEPTION 'restock % is not about the variant of subscription %', NEW.restock_id, NEW.subscription_id
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER notification_needs_a_living_subscription BEFORE INSERT OR UPDATE OF shop_id, subscription_id, restock_id, shopper_id ON notifications
  FOR EACH ROW EXECUTE FUNCTION notification_needs_a_living_subscription();
