-- CreateTable
CREATE TABLE "FlowUse" (
    "shopId" BIGINT NOT NULL,
    "trigger" TEXT NOT NULL,
    "used" BOOLEAN NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "FlowUse_pkey" PRIMARY KEY ("shopId","trigger")
);

-- CreateTable
CREATE TABLE "FlowCursor" (
    "shopId" BIGINT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "joined" BIGINT NOT NULL,
    "restock" BIGINT NOT NULL,

    CONSTRAINT "FlowCursor_pkey" PRIMARY KEY ("shopId")
);

-- CreateTable
CREATE TABLE "FlowTold" (
    "shopId" BIGINT NOT NULL,
    "fact" TEXT NOT NULL,
    "reached" INTEGER NOT NULL DEFAULT 1,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "FlowTold_pkey" PRIMARY KEY ("shopId","fact")
);

-- AddForeignKey
ALTER TABLE "FlowUse" ADD CONSTRAINT "FlowUse_shopId_fkey" FOREIGN KEY ("shopId") REFERENCES "Shop"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FlowCursor" ADD CONSTRAINT "FlowCursor_shopId_fkey" FOREIGN KEY ("shopId") REFERENCES "Shop"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FlowTold" ADD CONSTRAINT "FlowTold_shopId_fkey" FOREIGN KEY ("shopId") REFERENCES "Shop"("id") ON DELETE CASCADE ON UPDATE CASCADE;
