setup     3 nodes, 61 events; writes are durable when an event says so; 16
          entries a message

  1. the election timeout of n0 elapses: becomes candidate in term 1
  2. the oldest write of n0 becomes durable
  3. n1 receives RequestVote(term 1, last log 0@0) from n0: adopts term 1;
     grants its vote
  4. the oldest write of n1 becomes durable: sends its vote to n0
  5. n0 receives RequestVoteReply(term 1, granted) from n1: becomes LEADER in
     term 1; appends 1@1
  6. the oldest write of n0 becomes durable
  7. n2 receives RequestVote(term 1, last log 0@0) from n0: adopts term 1;
     grants its vote
  8. n2 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     appends 1@1
  9. the oldest write of n2 becomes durable: sends its vote to n0
 10. the oldest write of n2 becomes durable: acknowledges up to 1
 11. n0 receives RequestVoteReply(term 1, granted) from n2
 12. n0 receives AppendEntriesReply(term 1, match 1) from n2: commits up to 1
 13. n1 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     appends 1@1
 14. the oldest write of n1 becomes durable: acknowledges up to 1
 15. n0 receives AppendEntriesReply(term 1, match 1) from n1
 16. {n0} is partitioned from the others
 17. a client proposes a command to n0: appends 2@1
 18. the oldest write of n0 becomes durable
 19. a client proposes a command to n0: appends 3@1
 20. the oldest write of n0 becomes durable
 21. a client proposes a command to n0: appends 4@1
 22. the oldest write of n0 becomes durable
 23. a client proposes a command to n0: appends 5@1
 24. the oldest write of n0 becomes durable
 25. the election timeout of n1 elapses: becomes candidate in term 2
 26. the oldest write of n1 becomes durable
 27. n2 receives RequestVote(term 2, last log 1@1) from n1: adopts term 2;
     grants its vote
 28. the oldest write of n2 becomes durable: sends its vote to n1
 29. n1 receives RequestVoteReply(term 2, granted) from n2: becomes LEADER in
     term 2; appends 2@2
 30. the oldest write of n1 becomes durable
 31. n2 receives AppendEntries(term 2, prev 1@1, entry 2@2, commit 0) from n1:
     appends 2@2
 32. the oldest write of n2 becomes durable: acknowledges up to 2
 33. n1 receives AppendEntriesReply(term 2, match 2) from n2: commits up to 2
 34. a client proposes a command to n1: appends 3@2
 35. the oldest write of n1 becomes durable
 36. n2 receives AppendEntries(term 2, prev 2@2, entry 3@2, commit 2) from n1:
     commits up to 2; appends 3@2
 37. the oldest write of n2 becomes durable: acknowledges up to 3
 38. n1 receives AppendEntriesReply(term 2, match 3) from n2: commits up to 3;
     answers command #5: no value
 39. a client proposes a command to n1: appends 4@2
 40. the oldest write of n1 becomes durable
 41. n2 receives AppendEntries(term 2, prev 3@2, entry 4@2, commit 3) from n1:
     commits up to 3; appends 4@2
 42. the oldest write of n2 becomes durable: acknowledges up to 4
 43. n1 receives AppendEntriesReply(term 2, match 4) from n2: commits up to 4;
     answers command #6: no value
 44. the log of n1 is compacted: stores a snapshot up to 4@2
 45. the oldest write of n1 becomes durable
 46. all links are healed
 47-48. the clock of n1 ticks (2 times)
 49. n0 receives InstallSnapshot(term 2, last 4@2, bytes 0 to 32) from n1:
     truncates its log from 4 on; stores a snapshot up to 4@2; steps down to
     follower in term 2; commits up to 4; installs the snapshot up to 4
 50. the oldest write of n0 fails: halts
 51. n0 restarts: is in term 2 with its log up to 3@1
 52-53. the clock of n1 ticks (2 times)
 54. n0 receives InstallSnapshot(term 2, last 4@2, bytes 0 to 32) from n1:
     stores a snapshot up to 4@2; commits up to 4; installs the snapshot up to
     4
 55. the oldest write of n0 becomes durable: acknowledges up to 4
 56. n1 receives AppendEntriesReply(term 2, match 4) from n0
 57. a client proposes a command to n1: appends 5@2
 58. the oldest write of n1 becomes durable
 59. n0 receives AppendEntries(term 2, prev 4@2, entry 5@2, commit 4) from n1:
     appends 5@2
 60. the oldest write of n0 becomes durable: acknowledges up to 5
 61. n1 receives AppendEntriesReply(term 2, match 5) from n0: commits up to 5;
     answers command #7: no value

node role          term vote commit log (terms); disk if it differs
n0 follower      2    -    4      1 2 2 2 2
n1 LEADER        2    n1   5      1 2 2 2 2
n2 follower      2    n1   3      1 2 2 2
committed                           1 2 2 2 2
