setup     3 nodes, 54 events; writes are durable immediately; 16 entries a
          message; snapshots in chunks of 16 bytes

  1. the election timeout of n0 elapses: becomes candidate in term 1
  2. n1 receives RequestVote(term 1, last log 0@0) from n0: adopts term 1;
     grants its vote; reply to n0
  3. n0 receives RequestVoteReply(term 1, granted) from n1: becomes LEADER in
     term 1; appends 1@1
  4. n2 receives RequestVote(term 1, last log 0@0) from n0: adopts term 1;
     grants its vote; reply to n0
  5. n2 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     appends 1@1; acknowledges up to 1
  6. n0 receives RequestVoteReply(term 1, granted) from n2
  7. n0 receives AppendEntriesReply(term 1, match 1) from n2: commits up to 1
  8. n1 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     appends 1@1; acknowledges up to 1
  9. n0 receives AppendEntriesReply(term 1, match 1) from n1
 10. a client proposes a command to n0: appends 2@1
 11. n1 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     commits up to 1; appends 2@1; acknowledges up to 2
 12. n0 receives AppendEntriesReply(term 1, match 2) from n1: commits up to 2;
     answers command #1: no value
 13. a client proposes a command to n0: appends 3@1
 14. n1 receives AppendEntries(term 1, prev 2@1, entry 3@1, commit 2) from n0:
     commits up to 2; appends 3@1; acknowledges up to 3
 15. n0 receives AppendEntriesReply(term 1, match 3) from n1: commits up to 3;
     answers command #2: no value
 16. the log of n0 is compacted: stores a snapshot up to 3@1
 17-18. the clock of n0 ticks (2 times)
 19. n1 receives AppendEntries(term 1, prev 3@1, heartbeat, commit 3) from n0:
     commits up to 3; acknowledges up to 3
 20. n0 receives AppendEntriesReply(term 1, match 3) from n1
 21. n2 receives AppendEntries(term 1, prev 3@1, heartbeat, commit 3) from n0,
     which overtakes 2 earlier ones: rejects at 3, hint 1@1
 22. n0 receives AppendEntriesReply(term 1, rejected 3, hint 1@1) from n2
 23. n2 receives InstallSnapshot(term 1, last 3@1, bytes 0 to 16) from n0, and
     a copy stays in flight
 24. n2 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     commits up to 1; appends 2@1; acknowledges up to 2
 25. n2 receives AppendEntries(term 1, prev 2@1, entry 3@1, commit 2) from n0:
     commits up to 2; appends 3@1; acknowledges up to 3
 26. n0 receives a reply that claims nothing (term 1) from n2
 27. n0 receives AppendEntriesReply(term 1, match 2) from n2
 28. n0 receives AppendEntriesReply(term 1, match 3) from n2
 29. a client proposes a command to n0: appends 4@1
 30. n1 receives AppendEntries(term 1, prev 3@1, entry 4@1, commit 3) from n0:
     appends 4@1; acknowledges up to 4
 31. n0 receives AppendEntriesReply(term 1, match 4) from n1: commits up to 4;
     answers command #3: no value
 32. a client proposes a command to n0: appends 5@1
 33. n1 receives AppendEntries(term 1, prev 4@1, entry 5@1, commit 4) from n0:
     commits up to 4; appends 5@1; acknowledges up to 5
 34. n0 receives AppendEntriesReply(term 1, match 5) from n1: commits up to 5;
     answers command #4: no value
 35-36. a message from n0 to n2 is dropped (2 times)
 37. the log of n0 is compacted: stores a snapshot up to 5@1
 38-39. the clock of n0 ticks (2 times)
 40. n1 receives AppendEntries(term 1, prev 5@1, heartbeat, commit 5) from n0:
     commits up to 5; acknowledges up to 5
 41. n0 receives AppendEntriesReply(term 1, match 5) from n1
 42. n2 receives AppendEntries(term 1, prev 5@1, heartbeat, commit 5) from n0,
     which overtakes 2 earlier ones: rejects at 5, hint 3@1
 43. n0 receives AppendEntriesReply(term 1, rejected 5, hint 3@1) from n2
 44. n2 receives InstallSnapshot(term 1, last 5@1, bytes 0 to 16) from n0,
     which overtakes 2 earlier ones
 45. n2 receives InstallSnapshot(term 1, last 3@1, bytes 0 to 16) from n0
 46. n2 receives InstallSnapshot(term 1, last 3@1, bytes 16 to 32) from n0
 47-49. n0 receives a reply that claims nothing (term 1) from n2 (3 times)
 50. n2 receives InstallSnapshot(term 1, last 5@1, bytes 16 to 32) from n0:
     stores a snapshot up to 5@1; commits up to 5; installs the snapshot up to
     5; acknowledges up to 5
 51. n0 receives AppendEntriesReply(term 1, match 5) from n2
 52. a client proposes a command to n0: appends 6@1
 53. n2 receives AppendEntries(term 1, prev 5@1, entry 6@1, commit 5) from n0:
     appends 6@1; acknowledges up to 6
 54. n0 receives AppendEntriesReply(term 1, match 6) from n2: commits up to 6;
     answers command #5: no value

node role          term vote commit log (terms); disk if it differs
n0 LEADER        1    n0   6      1 1 1 1 1 1
n1 follower      1    n0   5      1 1 1 1 1
n2 follower      1    n0   5      1 1 1 1 1 1
committed                           1 1 1 1 1 1
