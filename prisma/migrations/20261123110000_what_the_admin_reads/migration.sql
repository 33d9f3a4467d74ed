-- What the admin reads of a line of any length, from the indexes alone. Both stand in the place of an index that was there: a notice
-- writes no entry more than before, and one less, since whoever is claimed leaves them and enters nothing.

-- The claim's way through a line, oldest first; and who can still be told, counted without a look at the rows.
DROP INDEX "Subscription_line";
CREATE INDEX "Subscription_line" ON "Subscription" ("shopId", "variantId", "since", "id") INCLUDE ("pageId", "expiresAt", "isTest") WHERE "state" = 'waiting';

-- Everybody who waits in a shop, oldest first: the export, and the waitlist by shopper.
DROP INDEX "Subscription_shopId_state_since_idx";
CREATE INDEX "Subscription_since" ON "Subscription" ("shopId", "since", "id") WHERE "state" = 'waiting';

-- The few whose wait ended without a message.
CREATE INDEX "Subscription_untold" ON "Subscription" ("shopId", "since", "id") WHERE "state" IN ('refused', 'unknown', 'expired', 'stopped');

-- Messages that ended otherwise than sent, for the filters of the merchant's table. Nothing enters it that was simply sent.
CREATE INDEX "Notification_otherwise" ON "Notification" ("shopId", "state", "claimedAt", "id") WHERE "state" IN ('presumed', 'refused', 'unknown');

-- The merchant's own tests: a handful among millions.
CREATE INDEX "OptInRequest_tests" ON "OptInRequest" ("shopId", "id") WHERE "isTest";
CREATE INDEX "Notification_tests" ON "Notification" ("shopId", "id") WHERE "isTest";
