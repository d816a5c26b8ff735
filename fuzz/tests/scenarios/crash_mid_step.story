setup     3 nodes, 55 events; writes are durable when an event says so; 1 entry
          a message

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
 16-17. the clock of n0 ticks (2 times)
 18. n1 receives AppendEntries(term 1, prev 1@1, heartbeat, commit 1) from n0:
     commits up to 1; acknowledges up to 1
 19. n0 receives AppendEntriesReply(term 1, match 1) from n1
 20. n2 receives AppendEntries(term 1, prev 1@1, heartbeat, commit 1) from n0:
     commits up to 1; acknowledges up to 1
 21. n0 receives AppendEntriesReply(term 1, match 1) from n2
 22. n0 is going to crash in its next step, after 1 messages have left
 23. a client proposes a command to n0: appends 2@1; loses a pending write
 24. n1 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     appends 2@1
 25. the oldest write of n1 becomes durable: acknowledges up to 2
 26. n0 restarts: is in term 1 with its log up to 1@1
 27. the election timeout of n1 elapses: becomes candidate in term 2
 28. the oldest write of n1 becomes durable
 29. n0 receives AppendEntriesReply(term 1, match 2) from n1
 30. n0 receives RequestVote(term 2, last log 2@1) from n1: adopts term 2;
     grants its vote
 31. the oldest write of n0 becomes durable: sends its vote to n1
 32. n1 receives RequestVoteReply(term 2, granted) from n0: becomes LEADER in
     term 2; appends 3@2
 33. the oldest write of n1 becomes durable
 34. n2 receives RequestVote(term 2, last log 2@1) from n1: adopts term 2;
     grants its vote
 35. n2 receives AppendEntries(term 2, prev 2@1, entry 3@2, commit 1) from n1:
     rejects at 2, hint 1@1
 36. the oldest write of n2 becomes durable: sends its vote to n1
 37. n1 receives AppendEntriesReply(term 2, rejected 2, hint 1@1) from n2
 38. n1 receives RequestVoteReply(term 2, granted) from n2
 39. n0 receives AppendEntries(term 2, prev 2@1, entry 3@2, commit 1) from n1:
     rejects at 2, hint 1@1
 40. n1 receives AppendEntriesReply(term 2, rejected 2, hint 1@1) from n0
 41. n2 receives AppendEntries(term 2, prev 1@1, entry 2@1, commit 1) from n1:
     appends 2@1
 42. the oldest write of n2 becomes durable: acknowledges up to 2
 43. n1 receives AppendEntriesReply(term 2, match 2) from n2
 44-45. the clock of n1 ticks (2 times)
 46. n0 receives AppendEntries(term 2, prev 1@1, entry 2@1, commit 1) from n1:
     commits up to 1; appends 2@1
 47. n0 receives AppendEntries(term 2, prev 1@1, entry 2@1, commit 1) from n1
 48. the oldest write of n0 becomes durable: acknowledges up to 2; acknowledges
     up to 2
 49-50. n1 receives AppendEntriesReply(term 2, match 2) from n0 (2 times)
 51. n2 receives AppendEntries(term 2, prev 2@1, entry 3@2, commit 1) from n1:
     appends 3@2
 52. n2 receives AppendEntries(term 2, prev 3@2, heartbeat, commit 1) from n1
 53. the oldest write of n2 becomes durable: acknowledges up to 3; acknowledges
     up to 3
 54. n1 receives AppendEntriesReply(term 2, match 3) from n2: commits up to 3
 55. n1 receives AppendEntriesReply(term 2, match 3) from n2

node role          term vote commit log (terms); disk if it differs
n0 follower      2    n1   1      1 1
n1 LEADER        2    n1   3      1 1 2
n2 follower      2    n1   1      1 1 2
committed                           1 1 2
