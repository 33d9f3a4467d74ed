-- AlterTable
ALTER TABLE "Shop" ADD COLUMN     "buttonHidden" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "leftOut" JSONB NOT NULL DEFAULT '{}';
