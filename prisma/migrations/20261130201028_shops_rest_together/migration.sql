-- AlterTable
ALTER TABLE "Shop" ADD COLUMN     "apiFailures" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "apiRetryAt" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "Variant" ADD COLUMN     "seenForSale" BOOLEAN,
ADD COLUMN     "seenQuantity" INTEGER;
