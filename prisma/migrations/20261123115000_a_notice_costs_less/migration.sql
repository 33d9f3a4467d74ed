-- What a notice costs. Its row is written three times (claimed, begun, settled), and its subscription's twice: with no index over what the
-- last of them change, and with room on the page, settling a message writes to no index of its own.

DROP INDEX "Notification_unsettled";
CREATE INDEX "Subscription_claimed" ON "Subscription" ("pageId") WHERE "state" = 'claimed';
ALTER TABLE "Notification" SET (fillfactor = 60);

-- Both rules of a notification in one function, by one reading of what it refers to: a trigger for each row costs what it costs.
DROP TRIGGER "Notification_is_about_its_restock" ON "Notification";
DROP FUNCTION notification_is_about_its_restock();
CREATE OR REPLACE FUNCTION notification_needs_a_living_subscription() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  sub record;
BEGIN
  SELECT s."state", s."expiresAt", s."shopperId", p."stoppedAt", r."id" AS "restockId" INTO sub
    FROM "Subscription" s
    JOIN "Shopper" p ON p."id" = s."shopperId" AND p."shopId" = s."shopId"
    LEFT JOIN "Restock" r ON r."id" = NEW."restockId" AND r."shopId" = s."shopId" AND r."variantId" = s."variantId" AND r."isTest" = s."isTest"
    WHERE s."id" = NEW."subscriptionId" AND s."shopId" = NEW."shopId";
  -- One that is not there at all is the foreign key's to refuse.
  IF sub."state" NOT IN ('waiting', 'claimed') OR sub."expiresAt" <= NEW."claimedAt" OR sub."stoppedAt" IS NOT NULL
     OR sub."shopperId" <> NEW."shopperId" THEN
    RAISE EXCEPTION 'subscription % may not be notified: it is stopped, ended, expired or another shopper''s', NEW."subscriptionId"
      USING ERRCODE = 'check_violation';
  END IF;
  IF sub."restockId" IS NULL THEN
    RAISE EXCEPTION 'restock % is not about the variant of subscription %', NEW."restockId", NEW."subscriptionId"
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
