-- CreateEnum
CREATE TYPE "Policy" AS ENUM ('fair', 'everyone');

-- CreateEnum
CREATE TYPE "PageTrouble" AS ENUM ('reconnect', 'permission', 'not_granted', 'restricted', 'blocked', 'unsubscribed', 'doubtful');

-- CreateEnum
CREATE TYPE "SubscriptionState" AS ENUM ('waiting', 'claimed', 'told', 'presumed', 'refused', 'unknown', 'expired', 'stopped');

-- CreateEnum
CREATE TYPE "NotificationState" AS ENUM ('claimed', 'begun', 'doubtful', 'sent', 'presumed', 'refused', 'unknown');

-- CreateTable
CREATE TABLE "Session" (
    "id" TEXT NOT NULL,
    "shop" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "isOnline" BOOLEAN NOT NULL DEFAULT false,
    "scope" TEXT,
    "expires" TIMESTAMP(3),
    "accessToken" TEXT NOT NULL,
    "userId" BIGINT,
    "firstName" TEXT,
    "lastName" TEXT,
    "email" TEXT,
    "accountOwner" BOOLEAN NOT NULL DEFAULT false,
    "locale" TEXT,
    "collaborator" BOOLEAN DEFAULT false,
    "emailVerified" BOOLEAN DEFAULT false,
    "refreshToken" TEXT,
    "refreshTokenExpires" TIMESTAMP(3),

    CONSTRAINT "Session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Shop" (
    "id" BIGINT NOT NULL,
    "domain" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "timezone" TEXT NOT NULL DEFAULT 'UTC',
    "currency" TEXT NOT NULL DEFAULT 'USD',
    "locale" TEXT NOT NULL DEFAULT 'en',
    "installedAt" TIMESTAMPTZ(3) NOT NULL,
    "uninstalledAt" TIMESTAMPTZ(3),
    "unreadableSince" TIMESTAMPTZ(3),
    "refKey" TEXT NOT NULL,
    "guideDismissedAt" TIMESTAMPTZ(3),
    "storefrontTold" TEXT,
    "policy" "Policy" NOT NULL DEFAULT 'fair',
    "unitsFactor" INTEGER NOT NULL DEFAULT 10,
    "waveMinutes" INTEGER NOT NULL DEFAULT 15,
    "minimumUnits" INTEGER NOT NULL DEFAULT 1,
    "holdOffSeconds" INTEGER NOT NULL DEFAULT 10,
    "flapGuardMinutes" INTEGER NOT NULL DEFAULT 30,
    "quietFrom" INTEGER,
    "quietUntil" INTEGER,
    "locationIds" BIGINT[],
    "tellPreorder" BOOLEAN NOT NULL DEFAULT false,
    "texts" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "Shop_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PrivacyRequest" (
    "id" BIGSERIAL NOT NULL,
    "key" TEXT NOT NULL,
    "shopId" BIGINT,
    "topic" TEXT NOT NULL,
    "subject" JSONB NOT NULL DEFAULT '{}',
    "receivedAt" TIMESTAMPTZ(3) NOT NULL,
    "doneAt" TIMESTAMPTZ(3),

    CONSTRAINT "PrivacyRequest_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Page" (
    "id" BIGSERIAL NOT NULL,
    "shopId" BIGINT NOT NULL,
    "metaPageId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "token" BYTEA,
    "connectedBy" TEXT,
    "connectedAt" TIMESTAMPTZ(3) NOT NULL,
    "replacedAt" TIMESTAMPTZ(3),
    "disconnectedAt" TIMESTAMPTZ(3),
    "trouble" "PageTrouble",
    "troubleSince" TIMESTAMPTZ(3),
    "testPassedAt" TIMESTAMPTZ(3),
    "picture" BOOLEAN,
    "perSecond" INTEGER NOT NULL DEFAULT 30,
    "profileBefore" JSONB,
    "subscribedAt" TIMESTAMPTZ(3),
    "checkedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Page_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "LoginState" (
    "hash" TEXT NOT NULL,
    "shopId" BIGINT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "usedAt" TIMESTAMPTZ(3),
    "choice" BYTEA,

    CONSTRAINT "LoginState_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "Inbox" (
    "id" BIGSERIAL NOT NULL,
    "key" TEXT NOT NULL,
    "metaPageId" TEXT NOT NULL,
    "shopId" BIGINT,
    "person" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "receivedAt" TIMESTAMPTZ(3) NOT NULL,
    "body" BYTEA NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "dueAt" TIMESTAMPTZ(3) NOT NULL,
    "problem" TEXT,

    CONSTRAINT "Inbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "InboxSeen" (
    "key" TEXT NOT NULL,
    "shopId" BIGINT,
    "day" DATE NOT NULL,

    CONSTRAINT "InboxSeen_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "Shopper" (
    "id" BIGSERIAL NOT NULL,
    "shopId" BIGINT NOT NULL,
    "pageId" BIGINT NOT NULL,
    "psid" TEXT NOT NULL,
    "locale" TEXT NOT NULL DEFAULT 'en',
    "country" TEXT NOT NULL DEFAULT 'xx',
    "lastActionAt" TIMESTAMPTZ(3),
    "stoppedAt" TIMESTAMPTZ(3),
    "othersAt" TIMESTAMPTZ(3),
    "deferredAt" TIMESTAMPTZ(3),
    "question" JSONB,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Shopper_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Variant" (
    "id" BIGINT NOT NULL,
    "shopId" BIGINT NOT NULL,
    "productId" BIGINT NOT NULL,
    "inventoryItemId" BIGINT,
    "productTitle" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "handle" TEXT NOT NULL,
    "url" TEXT,
    "imageUrl" TEXT,
    "price" TEXT,
    "componentItemIds" BIGINT[],
    "wanted" BIGINT NOT NULL DEFAULT 0,
    "looked" BIGINT NOT NULL DEFAULT 0,
    "lookAt" TIMESTAMPTZ(3),
    "staleLooks" INTEGER NOT NULL DEFAULT 0,
    "pausedAt" TIMESTAMPTZ(3),
    "missingSince" TIMESTAMPTZ(3),

    CONSTRAINT "Variant_pkey" PRIMARY KEY ("shopId","id")
);

-- CreateTable
CREATE TABLE "OptInRequest" (
    "id" BIGSERIAL NOT NULL,
    "shopId" BIGINT NOT NULL,
    "shopperId" BIGINT NOT NULL,
    "variantId" BIGINT NOT NULL,
    "title" TEXT NOT NULL,
    "locale" TEXT NOT NULL,
    "isTest" BOOLEAN NOT NULL DEFAULT false,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "mid" TEXT,
    "sentAt" TIMESTAMPTZ(3),
    "acceptedAt" TIMESTAMPTZ(3),

    CONSTRAINT "OptInRequest_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Subscription" (
    "id" BIGSERIAL NOT NULL,
    "shopId" BIGINT NOT NULL,
    "shopperId" BIGINT NOT NULL,
    "variantId" BIGINT NOT NULL,
    "pageId" BIGINT NOT NULL,
    "requestId" BIGINT NOT NULL,
    "token" BYTEA,
    "state" "SubscriptionState" NOT NULL DEFAULT 'waiting',
    "isTest" BOOLEAN NOT NULL DEFAULT false,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "grantedAt" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "endedAt" TIMESTAMPTZ(3),
    "endedBecause" TEXT,

    CONSTRAINT "Subscription_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SpentToken" (
    "hash" TEXT NOT NULL,
    "shopId" BIGINT NOT NULL,
    "day" DATE NOT NULL,

    CONSTRAINT "SpentToken_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "Look" (
    "id" BIGSERIAL NOT NULL,
    "shopId" BIGINT NOT NULL,
    "variantId" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "sellable" BOOLEAN NOT NULL,
    "units" INTEGER,
    "verdict" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "isTest" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "Look_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Restock" (
    "id" BIGSERIAL NOT NULL,
    "shopId" BIGINT NOT NULL,
    "variantId" BIGINT NOT NULL,
    "openedAt" TIMESTAMPTZ(3) NOT NULL,
    "closedAt" TIMESTAMPTZ(3),
    "kind" TEXT NOT NULL DEFAULT 'in_stock',
    "isTest" BOOLEAN NOT NULL DEFAULT false,
    "allowance" INTEGER NOT NULL DEFAULT 0,
    "told" INTEGER NOT NULL DEFAULT 0,
    "units" INTEGER,
    "holdUntil" TIMESTAMPTZ(3),
    "waveAt" TIMESTAMPTZ(3),
    "heldAt" TIMESTAMPTZ(3),
    "sellableAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Restock_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Notification" (
    "id" BIGSERIAL NOT NULL,
    "shopId" BIGINT NOT NULL,
    "subscriptionId" BIGINT NOT NULL,
    "restockId" BIGINT NOT NULL,
    "shopperId" BIGINT NOT NULL,
    "pageId" BIGINT NOT NULL,
    "metaPageId" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "state" "NotificationState" NOT NULL DEFAULT 'claimed',
    "isTest" BOOLEAN NOT NULL DEFAULT false,
    "epoch" BIGINT NOT NULL,
    "claimedAt" TIMESTAMPTZ(3) NOT NULL,
    "body" BYTEA,
    "begunAt" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "retryAt" TIMESTAMPTZ(3),
    "mid" TEXT,
    "settledAt" TIMESTAMPTZ(3),
    "reason" TEXT,
    "deliveredAt" TIMESTAMPTZ(3),
    "readAt" TIMESTAMPTZ(3),

    CONSTRAINT "Notification_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Lane" (
    "metaPageId" TEXT NOT NULL,
    "pausedAt" TIMESTAMPTZ(3),
    "pausedBecause" TEXT,
    "doubtful" INTEGER NOT NULL DEFAULT 0,
    "tryAt" TIMESTAMPTZ(3),

    CONSTRAINT "Lane_pkey" PRIMARY KEY ("metaPageId")
);

-- CreateTable
CREATE TABLE "Lease" (
    "name" TEXT NOT NULL,
    "holder" TEXT NOT NULL,
    "epoch" BIGINT NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Lease_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "Tap" (
    "id" BIGSERIAL NOT NULL,
    "shopId" BIGINT NOT NULL,
    "notificationId" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Tap_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Sale" (
    "id" BIGSERIAL NOT NULL,
    "shopId" BIGINT NOT NULL,
    "notificationId" BIGINT NOT NULL,
    "orderId" BIGINT NOT NULL,
    "amount" DECIMAL(18,4) NOT NULL,
    "currency" TEXT NOT NULL,
    "refunded" DECIMAL(18,4) NOT NULL DEFAULT 0,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Sale_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Session_shop_idx" ON "Session"("shop");

-- CreateIndex
CREATE UNIQUE INDEX "Shop_domain_key" ON "Shop"("domain");

-- CreateIndex
CREATE UNIQUE INDEX "PrivacyRequest_key_key" ON "PrivacyRequest"("key");

-- CreateIndex
CREATE INDEX "Page_metaPageId_idx" ON "Page"("metaPageId");

-- CreateIndex
CREATE UNIQUE INDEX "Page_shopId_id_key" ON "Page"("shopId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Page_shopId_metaPageId_key" ON "Page"("shopId", "metaPageId");

-- CreateIndex
CREATE INDEX "LoginState_shopId_idx" ON "LoginState"("shopId");

-- CreateIndex
CREATE UNIQUE INDEX "Inbox_key_key" ON "Inbox"("key");

-- CreateIndex
CREATE INDEX "Inbox_metaPageId_person_at_id_idx" ON "Inbox"("metaPageId", "person", "at", "id");

-- CreateIndex
CREATE INDEX "InboxSeen_day_idx" ON "InboxSeen"("day");

-- CreateIndex
CREATE INDEX "Shopper_pageId_psid_idx" ON "Shopper"("pageId", "psid");

-- CreateIndex
CREATE UNIQUE INDEX "Shopper_shopId_id_key" ON "Shopper"("shopId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Shopper_shopId_pageId_psid_key" ON "Shopper"("shopId", "pageId", "psid");

-- CreateIndex
CREATE INDEX "Variant_shopId_inventoryItemId_idx" ON "Variant"("shopId", "inventoryItemId");

-- CreateIndex
CREATE INDEX "Variant_shopId_productId_idx" ON "Variant"("shopId", "productId");

-- CreateIndex
CREATE INDEX "Variant_componentItemIds_idx" ON "Variant" USING GIN ("componentItemIds");

-- CreateIndex
CREATE INDEX "OptInRequest_shopId_shopperId_variantId_idx" ON "OptInRequest"("shopId", "shopperId", "variantId");

-- CreateIndex
CREATE INDEX "OptInRequest_shopId_createdAt_idx" ON "OptInRequest"("shopId", "createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "OptInRequest_shopId_id_key" ON "OptInRequest"("shopId", "id");

-- CreateIndex
CREATE INDEX "Subscription_shopId_shopperId_idx" ON "Subscription"("shopId", "shopperId");

-- CreateIndex
CREATE INDEX "Subscription_shopId_state_since_idx" ON "Subscription"("shopId", "state", "since");

-- CreateIndex
CREATE UNIQUE INDEX "Subscription_shopId_id_key" ON "Subscription"("shopId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Subscription_shopId_requestId_key" ON "Subscription"("shopId", "requestId");

-- CreateIndex
CREATE INDEX "SpentToken_day_idx" ON "SpentToken"("day");

-- CreateIndex
CREATE INDEX "Look_shopId_variantId_at_idx" ON "Look"("shopId", "variantId", "at");

-- CreateIndex
CREATE INDEX "Restock_shopId_variantId_openedAt_idx" ON "Restock"("shopId", "variantId", "openedAt");

-- CreateIndex
CREATE UNIQUE INDEX "Restock_shopId_id_key" ON "Restock"("shopId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Notification_code_key" ON "Notification"("code");

-- CreateIndex
CREATE INDEX "Notification_shopId_claimedAt_idx" ON "Notification"("shopId", "claimedAt");

-- CreateIndex
CREATE UNIQUE INDEX "Notification_shopId_id_key" ON "Notification"("shopId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Notification_shopId_subscriptionId_key" ON "Notification"("shopId", "subscriptionId");

-- CreateIndex
CREATE UNIQUE INDEX "Notification_restockId_shopperId_key" ON "Notification"("restockId", "shopperId");

-- CreateIndex
CREATE INDEX "Tap_shopId_notificationId_idx" ON "Tap"("shopId", "notificationId");

-- CreateIndex
CREATE INDEX "Tap_shopId_at_idx" ON "Tap"("shopId", "at");

-- CreateIndex
CREATE INDEX "Sale_shopId_at_idx" ON "Sale"("shopId", "at");

-- CreateIndex
CREATE UNIQUE INDEX "Sale_shopId_orderId_key" ON "Sale"("shopId", "orderId");

-- AddForeignKey
ALTER TABLE "Page" ADD CONSTRAINT "Page_shopId_fkey" FOREIGN KEY ("shopId") REFERENCES "Shop"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Shopper" ADD CONSTRAINT "Shopper_shopId_fkey" FOREIGN KEY ("shopId") REFERENCES "Shop"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Shopper" ADD CONSTRAINT "Shopper_shopId_pageId_fkey" FOREIGN KEY ("shopId", "pageId") REFERENCES "Page"("shopId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Variant" ADD CONSTRAINT "Variant_shopId_fkey" FOREIGN KEY ("shopId") REFERENCES "Shop"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OptInRequest" ADD CONSTRAINT "OptInRequest_shopId_fkey" FOREIGN KEY ("shopId") REFERENCES "Shop"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OptInRequest" ADD CONSTRAINT "OptInRequest_shopId_shopperId_fkey" FOREIGN KEY ("shopId", "shopperId") REFERENCES "Shopper"("shopId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OptInRequest" ADD CONSTRAINT "OptInRequest_shopId_variantId_fkey" FOREIGN KEY ("shopId", "variantId") REFERENCES "Variant"("shopId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Subscription" ADD CONSTRAINT "Subscription_shopId_fkey" FOREIGN KEY ("shopId") REFERENCES "Shop"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Subscription" ADD CONSTRAINT "Subscription_shopId_shopperId_fkey" FOREIGN KEY ("shopId", "shopperId") REFERENCES "Shopper"("shopId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Subscription" ADD CONSTRAINT "Subscription_shopId_variantId_fkey" FOREIGN KEY ("shopId", "variantId") REFERENCES "Variant"("shopId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Subscription" ADD CONSTRAINT "Subscription_shopId_pageId_fkey" FOREIGN KEY ("shopId", "pageId") REFERENCES "Page"("shopId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Subscription" ADD CONSTRAINT "Subscription_shopId_requestId_fkey" FOREIGN KEY ("shopId", "requestId") REFERENCES "OptInRequest"("shopId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Look" ADD CONSTRAINT "Look_shopId_fkey" FOREIGN KEY ("shopId") REFERENCES "Shop"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Look" ADD CONSTRAINT "Look_shopId_variantId_fkey" FOREIGN KEY ("shopId", "variantId") REFERENCES "Variant"("shopId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Restock" ADD CONSTRAINT "Restock_shopId_fkey" FOREIGN KEY ("shopId") REFERENCES "Shop"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Restock" ADD CONSTRAINT "Restock_shopId_variantId_fkey" FOREIGN KEY ("shopId", "variantId") REFERENCES "Variant"("shopId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Notification" ADD CONSTRAINT "Notification_shopId_fkey" FOREIGN KEY ("shopId") REFERENCES "Shop"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Notification" ADD CONSTRAINT "Notification_shopId_subscriptionId_fkey" FOREIGN KEY ("shopId", "subscriptionId") REFERENCES "Subscription"("shopId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Notification" ADD CONSTRAINT "Notification_shopId_restockId_fkey" FOREIGN KEY ("shopId", "restockId") REFERENCES "Restock"("shopId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Notification" ADD CONSTRAINT "Notification_shopId_shopperId_fkey" FOREIGN KEY ("shopId", "shopperId") REFERENCES "Shopper"("shopId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Notification" ADD CONSTRAINT "Notification_shopId_pageId_fkey" FOREIGN KEY ("shopId", "pageId") REFERENCES "Page"("shopId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Tap" ADD CONSTRAINT "Tap_shopId_fkey" FOREIGN KEY ("shopId") REFERENCES "Shop"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Tap" ADD CONSTRAINT "Tap_shopId_notificationId_fkey" FOREIGN KEY ("shopId", "notificationId") REFERENCES "Notification"("shopId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Sale" ADD CONSTRAINT "Sale_shopId_fkey" FOREIGN KEY ("shopId") REFERENCES "Shop"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Sale" ADD CONSTRAINT "Sale_shopId_notificationId_fkey" FOREIGN KEY ("shopId", "notificationId") REFERENCES "Notification"("shopId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What follows Prisma's schema language cannot say.

-- One live subscription per (variant, shopper).
CREATE UNIQUE INDEX "Subscription_one_live" ON "Subscription" ("shopId", "variantId", "shopperId") WHERE "state" IN ('waiting', 'claimed');
-- The claim's way through a line of any length: oldest first.
CREATE INDEX "Subscription_line" ON "Subscription" ("shopId", "variantId", "since", "id") WHERE "state" = 'waiting';
CREATE INDEX "Subscription_expiring" ON "Subscription" ("expiresAt") WHERE "state" = 'waiting';

-- A living subscription holds its token, an ended one holds none.
ALTER TABLE "Subscription" ADD CONSTRAINT "Subscription_token_while_alive"
  CHECK (("state" IN ('waiting', 'claimed')) = ("token" IS NOT NULL));

-- One open restock per variant, the merchant's test stands beside it.
CREATE UNIQUE INDEX "Restock_one_open" ON "Restock" ("shopId", "variantId") WHERE "closedAt" IS NULL AND NOT "isTest";
CREATE INDEX "Restock_open" ON "Restock" ("shopId", "sellableAt") WHERE "closedAt" IS NULL;
ALTER TABLE "Restock" ADD CONSTRAINT "Restock_told_within_allowance" CHECK ("told" >= 0 AND "told" <= "allowance");

-- One Page speaks for a shop at a time.
CREATE UNIQUE INDEX "Page_one_current" ON "Page" ("shopId") WHERE "replacedAt" IS NULL AND "disconnectedAt" IS NULL;
ALTER TABLE "Page" ADD CONSTRAINT "Page_token_while_connected" CHECK ("disconnectedAt" IS NOT NULL OR "token" IS NOT NULL);
ALTER TABLE "Page" ADD CONSTRAINT "Page_pace" CHECK ("perSecond" BETWEEN 1 AND 300);

-- A look is due.
CREATE INDEX "Variant_due" ON "Variant" ("shopId") WHERE "wanted" > "looked";
CREATE INDEX "Variant_later" ON "Variant" ("lookAt") WHERE "lookAt" IS NOT NULL;
ALTER TABLE "Variant" ADD CONSTRAINT "Variant_looked_never_ahead" CHECK ("looked" <= "wanted");

-- What a lane has not settled yet.
CREATE INDEX "Notification_unsettled" ON "Notification" ("metaPageId", "id") WHERE "settledAt" IS NULL;
ALTER TABLE "Notification" ADD CONSTRAINT "Notification_settled_is_final"
  CHECK (("state" IN ('sent', 'presumed', 'refused', 'unknown')) = ("settledAt" IS NOT NULL));

-- No notification for one that is stopped, ended or expired.
CREATE FUNCTION notification_needs_a_living_subscription() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  sub record;
BEGIN
  SELECT s."state", s."expiresAt", s."shopperId", p."stoppedAt" INTO sub
    FROM "Subscription" s JOIN "Shopper" p ON p."shopId" = s."shopId" AND p."id" = s."shopperId"
    WHERE s."shopId" = NEW."shopId" AND s."id" = NEW."subscriptionId";
  IF sub."state" NOT IN ('waiting', 'claimed') OR sub."expiresAt" <= NEW."claimedAt" OR sub."stoppedAt" IS NOT NULL
     OR sub."shopperId" <> NEW."shopperId" THEN
    RAISE EXCEPTION 'subscription % may not be notified: it is stopped, ended, expired or another shopper''s', NEW."subscriptionId"
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "Notification_needs_a_living_subscription" BEFORE INSERT OR UPDATE OF "shopId", "subscriptionId", "restockId", "shopperId" ON "Notification"
  FOR EACH ROW EXECUTE FUNCTION notification_needs_a_living_subscription();

-- A restock is told of its own variant's subscriptions only, test to test.
CREATE FUNCTION notification_is_about_its_restock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM "Subscription" s JOIN "Restock" r ON r."shopId" = s."shopId" AND r."variantId" = s."variantId" AND r."isTest" = s."isTest"
    WHERE s."shopId" = NEW."shopId" AND s."id" = NEW."subscriptionId" AND r."id" = NEW."restockId";
  IF NOT FOUND THEN
    RAISE EXCEPTION 'restock % is not about the variant of subscription %', NEW."restockId", NEW."subscriptionId"
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "Notification_is_about_its_restock" BEFORE INSERT OR UPDATE OF "shopId", "subscriptionId", "restockId", "shopperId" ON "Notification"
  FOR EACH ROW EXECUTE FUNCTION notification_is_about_its_restock();
