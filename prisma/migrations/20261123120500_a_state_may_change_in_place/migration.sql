-- An index that names the state has every message rewritten in every index, each time its state changes. Whatever did not simply end as
-- sent has a reason, and nothing else has one: by that the few are found as well.
DROP INDEX "Notification_otherwise";
CREATE INDEX "Notification_otherwise" ON "Notification" ("shopId", "claimedAt", "id") WHERE "reason" IS NOT NULL;
