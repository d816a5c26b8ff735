setup     3 nodes, 36 events; writes are durable immediately; 16 entries a
          message

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
 13. n2 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     commits up to 1; appends 2@1; acknowledges up to 2
 14. n0 receives AppendEntriesReply(term 1, match 2) from n2
 15. {n0} is partitioned from the others
 16. a client proposes a command to n0: appends 3@1
 17. a client proposes a command to n0: appends 4@1
 18. the election timeout of n1 elapses: becomes candidate in term 2
 19. n2 receives RequestVote(term 2, last log 2@1) from n1: adopts term 2;
     grants its vote; reply to n1
 20. n1 receives RequestVoteReply(term 2, granted) from n2: becomes LEADER in
     term 2; appends 3@2
 21. n2 receives AppendEntries(term 2, prev 2@1, entry 3@2, commit 1) from n1:
     appends 3@2; acknowledges up to 3
 22. n1 receives AppendEntriesReply(term 2, match 3) from n2: commits up to 3
 23. a client proposes a command to n1: appends 4@2
 24. n2 receives AppendEntries(term 2, prev 3@2, entry 4@2, commit 3) from n1:
     commits up to 3; appends 4@2; acknowledges up to 4
 25. n1 receives AppendEntriesReply(term 2, match 4) from n2: commits up to 4;
     answers command #4: no value
 26. all links are healed
 27-28. the clock of n0 ticks (2 times)
 29. n1 receives AppendEntries(term 1, prev 4@1, heartbeat, commit 2) from n0:
     rejects at 4, hint 0@0
 30. n0 receives AppendEntriesReply(term 2, rejected 4, hint 0@0) from n1:
     steps down to follower in term 2
 31-32. the clock of n1 ticks (2 times)
 33. n0 receives AppendEntries(term 2, prev 2@1, entries 3 to 4@2, commit 4)
     from n1: truncates its log from 3 on; commits up to 4; appends 3@2 to 4@2;
     acknowledges up to 4
 34. n1 receives AppendEntriesReply(term 2, match 4) from n0
 35. n2 receives AppendEntries(term 2, prev 4@2, heartbeat, commit 4) from n1:
     commits up to 4; acknowledges up to 4
 36. n1 receives AppendEntriesReply(term 2, match 4) from n2

node role          term vote commit log (terms); disk if it differs
n0 follower      2    -    4      1 1 2 2
n1 LEADER        2    n1   4      1 1 2 2
n2 follower      2    n1   4      1 1 2 2
committed                           1 1 2 2
