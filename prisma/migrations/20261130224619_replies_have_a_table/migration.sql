-- CreateTable
CREATE TABLE "Reply" (
    "shopId" BIGINT NOT NULL,
    "id" UUID NOT NULL,
    "pageId" BIGINT NOT NULL,
    "orderingKey" TEXT NOT NULL,
    "position" BIGSERIAL NOT NULL,
    "occurredAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "dueAt" TIMESTAMPTZ(3) NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "body" BYTEA NOT NULL,
    "optInRequestId" BIGINT,

    CONSTRAINT "Reply_pkey" PRIMARY KEY ("shopId","id")
);

-- CreateIndex
CREATE INDEX "Reply_orderingKey_occurredAt_position_idx" ON "Reply"("orderingKey", "occurredAt", "position");

-- CreateIndex
CREATE INDEX "Reply_shopId_pageId_idx" ON "Reply"("shopId", "pageId");

-- CreateIndex
CREATE INDEX "Reply_shopId_optInRequestId_idx" ON "Reply"("shopId", "optInRequestId");

-- AddForeignKey
ALTER TABLE "Reply" ADD CONSTRAINT "Reply_shopId_fkey" FOREIGN KEY ("shopId") REFERENCES "Shop"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Reply" ADD CONSTRAINT "Reply_shopId_pageId_fkey" FOREIGN KEY ("shopId", "pageId") REFERENCES "Page"("shopId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Reply" ADD CONSTRAINT "Reply_shopId_optInRequestId_fkey" FOREIGN KEY ("shopId", "optInRequestId") REFERENCES "OptInRequest"("shopId", "id") ON DELETE CASCADE ON UPDATE CASCADE;
