-- AlterTable
ALTER TABLE "Variant" ADD COLUMN     "dueSince" TIMESTAMPTZ(3),
ADD COLUMN     "levels" INTEGER,
ADD COLUMN     "newsMark" BIGINT NOT NULL DEFAULT 0;
