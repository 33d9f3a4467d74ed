-- CreateEnum
CREATE TYPE "Counting" AS ENUM ('off', 'on', 'ending');

-- AlterTable
ALTER TABLE "Shop" ADD COLUMN     "counting" "Counting" NOT NULL DEFAULT 'off',
ADD COLUMN     "countingSince" TIMESTAMPTZ(3),
ADD COLUMN     "countingEndedAt" TIMESTAMPTZ(3),
ADD COLUMN     "countingEndedBecause" TEXT,
ADD COLUMN     "countingCheckAt" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "Sale" ADD COLUMN     "asOf" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

-- CreateTable
CREATE TABLE "OrderReading" (
    "shopId" BIGINT NOT NULL,
    "orderId" BIGINT NOT NULL,
    "heardAt" TIMESTAMPTZ(3) NOT NULL,
    "dueAt" TIMESTAMPTZ(3) NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "OrderReading_pkey" PRIMARY KEY ("shopId","orderId")
);

-- CreateIndex
CREATE INDEX "OrderReading_dueAt_idx" ON "OrderReading"("dueAt");

-- CreateIndex
CREATE INDEX "Sale_shopId_notificationId_idx" ON "Sale"("shopId", "notificationId");

-- CreateIndex
CREATE INDEX "Shop_countingCheckAt_idx" ON "Shop"("countingCheckAt");

-- AddForeignKey
ALTER TABLE "OrderReading" ADD CONSTRAINT "OrderReading_shopId_fkey" FOREIGN KEY ("shopId") REFERENCES "Shop"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What follows Prisma's schema language cannot say.

-- Nothing is given back beyond what was paid.
ALTER TABLE "Sale" ADD CONSTRAINT "Sale_refunded_within_amount" CHECK ("refunded" >= 0 AND "refunded" <= "amount");
-- Counting has a beginning.
ALTER TABLE "Shop" ADD CONSTRAINT "Shop_counting_since" CHECK ("counting" <> 'on' OR "countingSince" IS NOT NULL);
