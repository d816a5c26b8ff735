setup     3 nodes, 56 events; writes are durable immediately; 1 entry a message

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
 16-17. the clock of n0 ticks (2 times)
 18. n1 receives AppendEntries(term 1, prev 1@1, heartbeat, commit 1) from n0:
     acknowledges up to 1
 19. n0 receives AppendEntriesReply(term 1, match 1) from n1
 20. n2 receives AppendEntries(term 1, prev 1@1, heartbeat, commit 1) from n0:
     acknowledges up to 1
 21. n0 receives AppendEntriesReply(term 1, match 1) from n2
 22. a client proposes a command to n0: appends 2@1
 23. n1 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     appends 2@1; acknowledges up to 2
 24. n0 crashes
 25. the election timeout of n1 elapses: becomes candidate in term 2
 26. n2 receives RequestVote(term 2, last log 2@1) from n1: adopts term 2;
     grants its vote; reply to n1
 27. n1 receives RequestVoteReply(term 2, granted) from n2: becomes LEADER in
     term 2; appends 3@2
 28. a client repeats the last command at n1: appends 4@2
 29-30. the clock of n1 ticks (2 times)
 31-32. n2 receives AppendEntries(term 2, prev 2@1, entry 3@2, commit 1) from
        n1: rejects at 2, hint 1@1 (2 times)
 33-34. n1 receives AppendEntriesReply(term 2, rejected 2, hint 1@1) from n2 (2
        times)
 35-36. the clock of n1 ticks (2 times)
 37. n2 receives AppendEntries(term 2, prev 1@1, entry 2@1, commit 1) from n1:
     appends 2@1; acknowledges up to 2
 38. n2 receives AppendEntries(term 2, prev 1@1, entry 2@1, commit 1) from n1:
     acknowledges up to 2
 39-40. n1 receives AppendEntriesReply(term 2, match 2) from n2 (2 times)
 41-42. the clock of n1 ticks (2 times)
 43. n2 receives AppendEntries(term 2, prev 2@1, entry 3@2, commit 1) from n1:
     appends 3@2; acknowledges up to 3
 44. n2 receives AppendEntries(term 2, prev 3@2, entry 4@2, commit 1) from n1:
     appends 4@2; acknowledges up to 4
 45. n2 receives AppendEntries(term 2, prev 4@2, heartbeat, commit 1) from n1:
     acknowledges up to 4
 46. n1 receives AppendEntriesReply(term 2, match 3) from n2: commits up to 3;
     answers command #1: no value
 47. n1 receives AppendEntriesReply(term 2, match 4) from n2: commits up to 4;
     answers command #1: no value
 48. n1 receives AppendEntriesReply(term 2, match 4) from n2
 49-50. the clock of n1 ticks (2 times)
 51. n2 receives AppendEntries(term 2, prev 4@2, heartbeat, commit 4) from n1:
     commits up to 4; acknowledges up to 4
 52. n1 receives AppendEntriesReply(term 2, match 4) from n2
 53-54. the clock of n1 ticks (2 times)
 55. n2 receives AppendEntries(term 2, prev 4@2, heartbeat, commit 4) from n1:
     acknowledges up to 4
 56. n1 receives AppendEntriesReply(term 2, match 4) from n2

node role          term vote commit log (terms); disk if it differs
n0 down          1    n0   -      1 1
n1 LEADER        2    n1   4      1 1 2 2
n2 follower      2    n1   4      1 1 2 2
committed                           1 1 2 2
