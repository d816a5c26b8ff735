setup     3 nodes, 52 events; writes are durable immediately; 1 entry a message

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
  8. a client proposes a command to n0: appends 2@1
  9. n1 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     appends 1@1; acknowledges up to 1
 10. n0 receives AppendEntriesReply(term 1, match 1) from n1
 11. n2 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     commits up to 1; appends 2@1; acknowledges up to 2
 12. n0 receives AppendEntriesReply(term 1, match 2) from n2: commits up to 2;
     answers command #1: no value
 13-14. the clock of n0 ticks (2 times)
 15. n1 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     commits up to 1; appends 2@1; acknowledges up to 2
 16. n1 receives AppendEntries(term 1, prev 2@1, heartbeat, commit 2) from n0:
     commits up to 2; acknowledges up to 2
 17-18. n0 receives AppendEntriesReply(term 1, match 2) from n1 (2 times)
 19. n2 receives AppendEntries(term 1, prev 2@1, heartbeat, commit 2) from n0:
     commits up to 2; acknowledges up to 2
 20. n0 receives AppendEntriesReply(term 1, match 2) from n2
 21. the disk of n0 is full
 22. a client proposes a command to n0: appends 3@1; halts
 23. the election timeout of n1 elapses: becomes candidate in term 2
 24. n2 receives RequestVote(term 2, last log 2@1) from n1: adopts term 2;
     grants its vote; reply to n1
 25. n1 receives RequestVoteReply(term 2, granted) from n2: becomes LEADER in
     term 2; appends 3@2
 26. n2 receives AppendEntries(term 2, prev 2@1, entry 3@2, commit 2) from n1:
     appends 3@2; acknowledges up to 3
 27. n1 receives AppendEntriesReply(term 2, match 3) from n2: commits up to 3
 28. a client proposes a command to n1: appends 4@2
 29. n2 receives AppendEntries(term 2, prev 3@2, entry 4@2, commit 3) from n1:
     commits up to 3; appends 4@2; acknowledges up to 4
 30. n1 receives AppendEntriesReply(term 2, match 4) from n2: commits up to 4;
     answers command #3: no value
 31. n0 restarts: is in term 1 with its log up to 2@1
 32. n0 receives RequestVote(term 2, last log 2@1) from n1: adopts term 2;
     grants its vote; halts
 33. the disk of n0 has space again
 34. n0 restarts: is in term 1 with its log up to 2@1
 35-36. the clock of n1 ticks (2 times)
 37. n0 receives AppendEntries(term 2, prev 2@1, entry 3@2, commit 2) from n1:
     adopts term 2; commits up to 2; appends 3@2; acknowledges up to 3
 38. n0 receives AppendEntries(term 2, prev 2@1, entry 3@2, commit 4) from n1:
     commits up to 3; acknowledges up to 3
 39. n1 receives AppendEntries(term 1, prev 2@1, entry 3@1, commit 2) from n0:
     rejects at 2, hint 0@0
 40-41. n1 receives AppendEntriesReply(term 2, match 3) from n0 (2 times)
 42. n2 receives AppendEntries(term 2, prev 4@2, heartbeat, commit 4) from n1:
     commits up to 4; acknowledges up to 4
 43. n1 receives AppendEntriesReply(term 2, match 4) from n2
 44-45. the clock of n1 ticks (2 times)
 46. n0 receives AppendEntriesReply(term 2, rejected 2, hint 0@0) from n1
 47. n0 receives AppendEntries(term 2, prev 3@2, entry 4@2, commit 4) from n1:
     commits up to 4; appends 4@2; acknowledges up to 4
 48. n0 receives AppendEntries(term 2, prev 4@2, heartbeat, commit 4) from n1:
     acknowledges up to 4
 49-50. n1 receives AppendEntriesReply(term 2, match 4) from n0 (2 times)
 51. n2 receives AppendEntries(term 2, prev 4@2, heartbeat, commit 4) from n1:
     acknowledges up to 4
 52. n1 receives AppendEntriesReply(term 2, match 4) from n2

node role          term vote commit log (terms); disk if it differs
n0 follower      2    -    4      1 1 2 2
n1 LEADER        2    n1   4      1 1 2 2
n2 follower      2    n1   4      1 1 2 2
committed                           1 1 2 2
