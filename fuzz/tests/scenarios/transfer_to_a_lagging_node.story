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
 10. {n2} is partitioned from the others
 11. a client proposes a command to n0: appends 2@1
 12. n1 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n0:
     commits up to 1; appends 2@1; acknowledges up to 2
 13. n0 receives AppendEntriesReply(term 1, match 2) from n1: commits up to 2;
     answers command #1: no value
 14. a client proposes a command to n0: appends 3@1
 15. n1 receives AppendEntries(term 1, prev 2@1, entry 3@1, commit 2) from n0:
     commits up to 2; appends 3@1; acknowledges up to 3
 16. n0 receives AppendEntriesReply(term 1, match 3) from n1: commits up to 3;
     answers command #2: no value
 17. all links are healed
 18. an operator transfers leadership from n0 to n2
 19. a client proposes a command to n0: refuses: the lead goes to n2: ask
     there, or again after an election timeout
 20-21. the clock of n0 ticks (2 times)
 22. n2 receives AppendEntries(term 1, prev 3@1, heartbeat, commit 3) from n0:
     rejects at 3, hint 1@1
 23. n0 receives AppendEntriesReply(term 1, rejected 3, hint 1@1) from n2
 24. n2 receives AppendEntries(term 1, prev 1@1, entries 2 to 3@1, commit 3)
     from n0: commits up to 3; appends 2@1 to 3@1; acknowledges up to 3
 25. n0 receives AppendEntriesReply(term 1, match 3) from n2
 26. n2 receives TimeoutNow(term 1) from n0: becomes candidate in term 2
 27. n1 receives RequestVote(term 2, last log 3@1) from n2: adopts term 2;
     grants its vote; reply to n2
 28. n2 receives RequestVoteReply(term 2, granted) from n1: becomes LEADER in
     term 2; appends 4@2
 29-30. the clock of n2 ticks (2 times)
 31. n0 receives RequestVote(term 2, last log 3@1) from n2: steps down to
     follower in term 2; grants its vote; has transferred leadership to n2;
     reply to n2
 32. n0 receives AppendEntries(term 2, prev 3@1, entry 4@2, commit 3) from n2:
     appends 4@2; acknowledges up to 4
 33. n0 receives AppendEntries(term 2, prev 3@1, entry 4@2, commit 3) from n2:
     acknowledges up to 4
 34. n2 receives RequestVoteReply(term 2, granted) from n0
 35. n2 receives AppendEntriesReply(term 2, match 4) from n0: commits up to 4
 36. n2 receives AppendEntriesReply(term 2, match 4) from n0

node role          term vote commit log (terms); disk if it differs
n0 follower      2    n2   3      1 1 1 2
n1 follower      2    n2   2      1 1 1
n2 LEADER        2    n2   4      1 1 1 2
committed                           1 1 1 2
