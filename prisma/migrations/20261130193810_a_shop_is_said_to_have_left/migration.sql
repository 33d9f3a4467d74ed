-- AlterTable
ALTER TABLE "Shop" ADD COLUMN     "accessCheckAt" TIMESTAMPTZ(3),
ADD COLUMN     "accessConfirmedAt" TIMESTAMPTZ(3),
ADD COLUMN     "accessUnknownSince" TIMESTAMPTZ(3),
ADD COLUMN     "detailsAsOf" TIMESTAMPTZ(3),
ADD COLUMN     "renewalBegunAt" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "Shop_accessCheckAt_idx" ON "Shop"("accessCheckAt");
