import {
  looseTransaction,
  sessionStoreContract,
  userDirectoryContract,
} from "../../src/testing";
import {
  MemorySessions,
  MemorySessionStore,
} from "../support/stores/memory-session-store";
import {
  MemoryUserDirectory,
  MemoryUsers,
} from "../support/stores/memory-user-directory";

const dispose = () => undefined;

describe("MemorySessionStore", () => {
  sessionStoreContract({
    concurrent: true,
    create: ({ rules, clock }) => {
      const sessions = new MemorySessions();
      return {
        store: new MemorySessionStore(rules, clock, sessions),
        other: new MemorySessionStore(rules, clock, sessions),
        ...{ transaction: looseTransaction, dispose },
      };
    },
  });
});

describe("MemoryUserDirectory", () => {
  userDirectoryContract({
    ...{ concurrent: true, transactional: true },
    create: ({ clock }) => {
      const stored = new MemoryUsers();
      return {
        users: new MemoryUserDirectory(clock, stored),
        other: new MemoryUserDirectory(clock, stored),
        ...{ transaction: looseTransaction, dispose },
      };
    },
  });
});
