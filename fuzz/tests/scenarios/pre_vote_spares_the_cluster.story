setup     3 nodes, 39 events; writes are durable immediately; 1 entry a
          message; Pre-Vote

  1. the election timeout of n0 elapses: becomes pre-candidate in term 0; sends
     PreVote to n1; sends PreVote to n2
  2. n1 receives PreVote(term 0, last log 0@0) from n0: grants the Pre-Vote
  3. n0 receives PreVoteReply(term 0, granted) from n1: becomes candidate in
     term 1
  4. n2 receives PreVote(term 0, last log 0@0) from n0: grants the Pre-Vote
  5. n2 receives RequestVote(term 1, last log 0@0) from n0: adopts term 1;
     grants its vote; reply to n0
  6. n0 receives PreVoteReply(term 0, granted) from n2
  7. n0 receives RequestVoteReply(term 1, granted) from n2: becomes LEADER in
     term 1; appends 1@1
  8. n1 receives RequestVote(term 1, last log 0@0) from n0: adopts term 1;
     grants its vote; reply to n0
  9. n1 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     appends 1@1; acknowledges up to 1
 10. n0 receives RequestVoteReply(term 1, granted) from n1
 11. n0 receives AppendEntriesReply(term 1, match 1) from n1: commits up to 1
 12. n2 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0:
     appends 1@1; acknowledges up to 1
 13. n0 receives AppendEntriesReply(term 1, match 1) from n2
 14-15. the clock of n0 ticks (2 times)
 16. n1 receives AppendEntries(term 1, prev 1@1, heartbeat, commit 1) from n0:
     commits up to 1; acknowledges up to 1
 17. n0 receives AppendEntriesReply(term 1, match 1) from n1
 18. n2 receives AppendEntries(term 1, prev 1@1, heartbeat, commit 1) from n0:
     commits up to 1; acknowledges up to 1
 19. n0 receives AppendEntriesReply(term 1, match 1) from n2
 20. {n2} is partitioned from the others
 21. the election timeout of n2 elapses: becomes pre-candidate in term 1; sends
     PreVote to n0; sends PreVote to n1
 22. the election timeout of n2 elapses: sends PreVote to n0; sends PreVote to
     n1
 23. all links are healed
 24. the election timeout of n2 elapses: sends PreVote to n0; sends PreVote to
     n1
 25. n0 receives PreVote(term 1, last log 1@1) from n2: refuses the Pre-Vote
 26. n2 receives PreVoteReply(term 1, refused) from n0
 27. n1 receives PreVote(term 1, last log 1@1) from n2: refuses the Pre-Vote
 28. n2 receives PreVoteReply(term 1, refused) from n1
 29. a client proposes a command to n0: appends 2@1
 30. n1 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     appends 2@1; acknowledges up to 2
 31. n0 receives AppendEntriesReply(term 1, match 2) from n1: commits up to 2;
     answers command #1: no value
 32. n2 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     becomes follower again; appends 2@1; acknowledges up to 2
 33. n0 receives AppendEntriesReply(term 1, match 2) from n2
 34-35. the clock of n0 ticks (2 times)
 36. n1 receives AppendEntries(term 1, prev 2@1, heartbeat, commit 2) from n0:
     commits up to 2; acknowledges up to 2
 37. n0 receives AppendEntriesReply(term 1, match 2) from n1
 38. n2 receives AppendEntries(term 1, prev 2@1, heartbeat, commit 2) from n0:
     commits up to 2; acknowledges up to 2
 39. n0 receives AppendEntriesReply(term 1, match 2) from n2

node role          term vote commit log (terms); disk if it differs
n0 LEADER        1    n0   2      1 1
n1 follower      1    n0   2      1 1
n2 follower      1    n0   2      1 1
committed                           1 1
