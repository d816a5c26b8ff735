setup     3 nodes, 59 events; writes are durable immediately; 1 entry a
          message; CheckQuorum

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
  8-9. the clock of n0 ticks (2 times)
 10. n1 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     appends 1@1; acknowledges up to 1
 11. n1 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 1) from n0:
     commits up to 1; acknowledges up to 1
 12-13. n0 receives AppendEntriesReply(term 1, match 1) from n1 (2 times)
 14. n2 receives AppendEntries(term 1, prev 1@1, heartbeat, commit 1) from n0:
     commits up to 1; acknowledges up to 1
 15. n0 receives AppendEntriesReply(term 1, match 1) from n2
 16. {n0} is partitioned from the others
 17. a client proposes a command to n0: appends 2@1
 18-22. the clock of n0 ticks (5 times)
 23. the clock of n0 ticks: steps down to follower in term 1
 24-25. the clock of n0 ticks (2 times)
 26-29. the clock of n1 ticks (4 times)
 30-32. the clock of n2 ticks (3 times)
 33. the clock of n2 ticks: becomes candidate in term 2
 34. n1 receives RequestVote(term 2, last log 1@1) from n2: adopts term 2;
     grants its vote; reply to n2
 35. n2 receives RequestVoteReply(term 2, granted) from n1: becomes LEADER in
     term 2; appends 2@2
 36. n1 receives AppendEntries(term 2, prev 1@1, entry 2@2, commit 1) from n2:
     appends 2@2; acknowledges up to 2
 37. n2 receives AppendEntriesReply(term 2, match 2) from n1: commits up to 2
 38. a client proposes a command to n2: appends 3@2
 39. n1 receives AppendEntries(term 2, prev 2@2, entry 3@2, commit 2) from n2:
     commits up to 2; appends 3@2; acknowledges up to 3
 40. n2 receives AppendEntriesReply(term 2, match 3) from n1: commits up to 3;
     answers command #2: no value
 41-42. the clock of n2 ticks (2 times)
 43. n1 receives AppendEntries(term 2, prev 3@2, heartbeat, commit 3) from n2:
     commits up to 3; acknowledges up to 3
 44. n2 receives AppendEntriesReply(term 2, match 3) from n1
 45. all links are healed
 46-47. the clock of n2 ticks (2 times)
 48. n0 receives AppendEntries(term 2, prev 1@1, entry 2@2, commit 3) from n2:
     truncates its log from 2 on; adopts term 2; commits up to 2; appends 2@2;
     acknowledges up to 2
 49. n2 receives AppendEntriesReply(term 2, match 2) from n0
 50. n1 receives AppendEntries(term 2, prev 3@2, heartbeat, commit 3) from n2:
     acknowledges up to 3
 51. n2 receives AppendEntriesReply(term 2, match 3) from n1
 52-53. the clock of n2 ticks (2 times)
 54. n0 receives AppendEntries(term 2, prev 2@2, entry 3@2, commit 3) from n2:
     commits up to 3; appends 3@2; acknowledges up to 3
 55. n0 receives AppendEntries(term 2, prev 3@2, heartbeat, commit 3) from n2:
     acknowledges up to 3
 56-57. n2 receives AppendEntriesReply(term 2, match 3) from n0 (2 times)
 58. n1 receives AppendEntries(term 2, prev 3@2, heartbeat, commit 3) from n2:
     acknowledges up to 3
 59. n2 receives AppendEntriesReply(term 2, match 3) from n1

node role          term vote commit log (terms); disk if it differs
n0 follower      2    -    3      1 2 2
n1 follower      2    n2   3      1 2 2
n2 LEADER        2    n2   3      1 2 2
committed                           1 2 2
