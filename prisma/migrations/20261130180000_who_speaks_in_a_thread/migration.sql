-- An automation's word is no takeover: the moment somebody took the thread over, and ours, each by itself.
ALTER TABLE "Shopper" ADD COLUMN "takenOverAt" TIMESTAMPTZ(3), ADD COLUMN "spokeAt" TIMESTAMPTZ(3);
