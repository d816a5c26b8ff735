setup     3 nodes, 46 events; writes are durable immediately; 1 entry a message

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
 21. n0 is paused
 22-24. all clocks tick (3 times)
 25. the election timeout of n1 elapses: becomes candidate in term 2
 26. n2 receives RequestVote(term 2, last log 2@1) from n1: adopts term 2;
     grants its vote; reply to n1
 27. n1 receives RequestVoteReply(term 2, granted) from n2: becomes LEADER in
     term 2; appends 3@2
 28. a client proposes a command to n1: appends 4@2
 29. n2 receives AppendEntries(term 2, prev 2@1, entry 3@2, commit 2) from n1:
     appends 3@2; acknowledges up to 3
 30. n1 receives AppendEntriesReply(term 2, match 3) from n2: commits up to 3
 31. n0 is resumed
 32. n2 receives AppendEntries(term 1, prev 2@1, heartbeat, commit 2) from n0:
     rejects at 2, hint 0@0
 33. n0 receives AppendEntriesReply(term 2, rejected 2, hint 0@0) from n2:
     steps down to follower in term 2
 34-35. the clock of n1 ticks (2 times)
 36. n0 receives RequestVote(term 2, last log 2@1) from n1: grants its vote;
     reply to n1
 37. n0 receives AppendEntries(term 2, prev 2@1, entry 3@2, commit 2) from n1:
     appends 3@2; acknowledges up to 3
 38. n0 receives AppendEntries(term 2, prev 2@1, entry 3@2, commit 3) from n1:
     commits up to 3; acknowledges up to 3
 39. n1 receives AppendEntries(term 1, prev 2@1, heartbeat, commit 2) from n0:
     rejects at 2, hint 0@0
 40. n1 receives RequestVoteReply(term 2, granted) from n0
 41-42. n1 receives AppendEntriesReply(term 2, match 3) from n0 (2 times)
 43. n2 receives AppendEntries(term 2, prev 3@2, entry 4@2, commit 3) from n1:
     commits up to 3; appends 4@2; acknowledges up to 4
 44. n2 receives AppendEntries(term 2, prev 4@2, heartbeat, commit 3) from n1:
     acknowledges up to 4
 45. n1 receives AppendEntriesReply(term 2, match 4) from n2: commits up to 4;
     answers command #2: no value
 46. n1 receives AppendEntriesReply(term 2, match 4) from n2

node role          term vote commit log (terms); disk if it differs
n0 follower      2    n1   3      1 1 2
n1 LEADER        2    n1   4      1 1 2 2
n2 follower      2    n1   3      1 1 2 2
committed                           1 1 2 2
