setup     7 nodes, 220 events; writes are durable immediately; 16 entries a
          message

  1. the election timeout of n6 elapses: becomes candidate in term 1
  2. n0 receives RequestVote(term 1, last log 0@0) from n6: adopts term 1;
     grants its vote; reply to n6
  3. n6 receives RequestVoteReply(term 1, granted) from n0
  4. n1 receives RequestVote(term 1, last log 0@0) from n6: adopts term 1;
     grants its vote; reply to n6
  5. n6 receives RequestVoteReply(term 1, granted) from n1
  6. n2 receives RequestVote(term 1, last log 0@0) from n6: adopts term 1;
     grants its vote; reply to n6
  7. n6 receives RequestVoteReply(term 1, granted) from n2: becomes LEADER in
     term 1; appends 1@1
  8. n3 receives RequestVote(term 1, last log 0@0) from n6: adopts term 1;
     grants its vote; reply to n6
  9. n3 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n6:
     appends 1@1; acknowledges up to 1
 10. n6 receives RequestVoteReply(term 1, granted) from n3
 11. n6 receives AppendEntriesReply(term 1, match 1) from n3
 12. n4 receives RequestVote(term 1, last log 0@0) from n6: adopts term 1;
     grants its vote; reply to n6
 13. n4 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n6:
     appends 1@1; acknowledges up to 1
 14. n6 receives RequestVoteReply(term 1, granted) from n4
 15. n6 receives AppendEntriesReply(term 1, match 1) from n4
 16. n5 receives RequestVote(term 1, last log 0@0) from n6: adopts term 1;
     grants its vote; reply to n6
 17. n5 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n6:
     appends 1@1; acknowledges up to 1
 18. n6 receives RequestVoteReply(term 1, granted) from n5
 19. n6 receives AppendEntriesReply(term 1, match 1) from n5: commits up to 1
 20. n0 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n6:
     appends 1@1; acknowledges up to 1
 21. n6 receives AppendEntriesReply(term 1, match 1) from n0
 22. n1 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n6:
     appends 1@1; acknowledges up to 1
 23. n6 receives AppendEntriesReply(term 1, match 1) from n1
 24. n2 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n6:
     appends 1@1; acknowledges up to 1
 25. n6 receives AppendEntriesReply(term 1, match 1) from n2
 26. a client proposes a command to n6: appends 2@1
 27. n0 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n6:
     commits up to 1; appends 2@1; acknowledges up to 2
 28. n6 receives AppendEntriesReply(term 1, match 2) from n0
 29. n1 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n6:
     commits up to 1; appends 2@1; acknowledges up to 2
 30. n6 receives AppendEntriesReply(term 1, match 2) from n1
 31. n2 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n6:
     commits up to 1; appends 2@1; acknowledges up to 2
 32. n6 receives AppendEntriesReply(term 1, match 2) from n2: commits up to 2;
     answers command #1: no value
 33. n3 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n6:
     commits up to 1; appends 2@1; acknowledges up to 2
 34. n6 receives AppendEntriesReply(term 1, match 2) from n3
 35. n4 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n6:
     commits up to 1; appends 2@1; acknowledges up to 2
 36. n6 receives AppendEntriesReply(term 1, match 2) from n4
 37. n5 receives AppendEntries(term 1, prev 1@1, entry 2@1, commit 1) from n6:
     commits up to 1; appends 2@1; acknowledges up to 2
 38. n6 receives AppendEntriesReply(term 1, match 2) from n5
 39. a client proposes a command to n6: appends 3@1
 40. n0 receives AppendEntries(term 1, prev 2@1, entry 3@1, commit 2) from n6:
     commits up to 2; appends 3@1; acknowledges up to 3
 41. n6 receives AppendEntriesReply(term 1, match 3) from n0
 42. n1 receives AppendEntries(term 1, prev 2@1, entry 3@1, commit 2) from n6:
     commits up to 2; appends 3@1; acknowledges up to 3
 43. n6 receives AppendEntriesReply(term 1, match 3) from n1
 44. n2 receives AppendEntries(term 1, prev 2@1, entry 3@1, commit 2) from n6:
     commits up to 2; appends 3@1; acknowledges up to 3
 45. n6 receives AppendEntriesReply(term 1, match 3) from n2: commits up to 3;
     answers command #2: no value
 46. n3 receives AppendEntries(term 1, prev 2@1, entry 3@1, commit 2) from n6:
     commits up to 2; appends 3@1; acknowledges up to 3
 47. n6 receives AppendEntriesReply(term 1, match 3) from n3
 48. n4 receives AppendEntries(term 1, prev 2@1, entry 3@1, commit 2) from n6:
     commits up to 2; appends 3@1; acknowledges up to 3
 49. n6 receives AppendEntriesReply(term 1, match 3) from n4
 50. n5 receives AppendEntries(term 1, prev 2@1, entry 3@1, commit 2) from n6:
     commits up to 2; appends 3@1; acknowledges up to 3
 51. n6 receives AppendEntriesReply(term 1, match 3) from n5
 52. n6 crashes
 53. n6 restarts: is in term 1 with its log up to 3@1
 54. the election timeout of n6 elapses: becomes candidate in term 2
 55. n0 receives RequestVote(term 2, last log 3@1) from n6: adopts term 2;
     grants its vote; reply to n6
 56. n6 receives RequestVoteReply(term 2, granted) from n0
 57. n1 receives RequestVote(term 2, last log 3@1) from n6: adopts term 2;
     grants its vote; reply to n6
 58. n6 receives RequestVoteReply(term 2, granted) from n1
 59. n5 receives RequestVote(term 2, last log 3@1) from n6: adopts term 2;
     grants its vote; reply to n6
 60. n6 receives RequestVoteReply(term 2, granted) from n5: becomes LEADER in
     term 2; appends 4@2
 61. a client proposes a command to n6: appends 5@2
 62. a client proposes a command to n6: appends 6@2
 63. a message from n6 to n0 is dropped
 64. a message from n6 to n1 is dropped
 65. a message from n6 to n5 is dropped
 66. n6 crashes
 67. n6 restarts: is in term 2 with its log up to 6@2
 68. the election timeout of n6 elapses: becomes candidate in term 3
 69. n0 receives RequestVote(term 3, last log 6@2) from n6: adopts term 3;
     grants its vote; reply to n6
 70. n6 receives RequestVoteReply(term 3, granted) from n0
 71. n1 receives RequestVote(term 3, last log 6@2) from n6: adopts term 3;
     grants its vote; reply to n6
 72. n6 receives RequestVoteReply(term 3, granted) from n1
 73. n5 receives RequestVote(term 3, last log 6@2) from n6: adopts term 3;
     grants its vote; reply to n6
 74. n6 receives RequestVoteReply(term 3, granted) from n5: becomes LEADER in
     term 3; appends 7@3
 75. a client proposes a command to n6: appends 8@3
 76. a client proposes a command to n6: appends 9@3
 77. a client proposes a command to n6: appends 10@3
 78. a client proposes a command to n6: appends 11@3
 79. a message from n6 to n0 is dropped
 80. {n6} is partitioned from the others
 81. the election timeout of n5 elapses: becomes candidate in term 4
 82. n0 receives RequestVote(term 4, last log 3@1) from n5: adopts term 4;
     grants its vote; reply to n5
 83. n5 receives RequestVoteReply(term 4, granted) from n0
 84. n1 receives RequestVote(term 4, last log 3@1) from n5: adopts term 4;
     grants its vote; reply to n5
 85. n5 receives RequestVoteReply(term 4, granted) from n1
 86. n2 receives RequestVote(term 4, last log 3@1) from n5: adopts term 4;
     grants its vote; reply to n5
 87. n5 receives RequestVoteReply(term 4, granted) from n2: becomes LEADER in
     term 4; appends 4@4
 88. n3 receives RequestVote(term 4, last log 3@1) from n5: adopts term 4;
     grants its vote; reply to n5
 89. n3 receives AppendEntries(term 4, prev 3@1, entry 4@4, commit 2) from n5:
     appends 4@4; acknowledges up to 4
 90. n5 receives RequestVoteReply(term 4, granted) from n3
 91. n5 receives AppendEntriesReply(term 4, match 4) from n3
 92. n4 receives RequestVote(term 4, last log 3@1) from n5: adopts term 4;
     grants its vote; reply to n5
 93. n4 receives AppendEntries(term 4, prev 3@1, entry 4@4, commit 2) from n5:
     appends 4@4; acknowledges up to 4
 94. n5 receives RequestVoteReply(term 4, granted) from n4
 95. n5 receives AppendEntriesReply(term 4, match 4) from n4
 96. n0 receives AppendEntries(term 4, prev 3@1, entry 4@4, commit 2) from n5:
     appends 4@4; acknowledges up to 4
 97. n5 receives AppendEntriesReply(term 4, match 4) from n0: commits up to 4
 98. n1 receives AppendEntries(term 4, prev 3@1, entry 4@4, commit 2) from n5:
     appends 4@4; acknowledges up to 4
 99. n5 receives AppendEntriesReply(term 4, match 4) from n1
100. n2 receives AppendEntries(term 4, prev 3@1, entry 4@4, commit 2) from n5:
     appends 4@4; acknowledges up to 4
101. n5 receives AppendEntriesReply(term 4, match 4) from n2
102. {n2,n6} is partitioned from the others
103. a client proposes a command to n5: appends 5@4
104. n0 receives AppendEntries(term 4, prev 4@4, entry 5@4, commit 4) from n5:
     commits up to 4; appends 5@4; acknowledges up to 5
105. n5 receives AppendEntriesReply(term 4, match 5) from n0
106. n1 receives AppendEntries(term 4, prev 4@4, entry 5@4, commit 4) from n5:
     commits up to 4; appends 5@4; acknowledges up to 5
107. n5 receives AppendEntriesReply(term 4, match 5) from n1
108. n3 receives AppendEntries(term 4, prev 4@4, entry 5@4, commit 4) from n5:
     commits up to 4; appends 5@4; acknowledges up to 5
109. n5 receives AppendEntriesReply(term 4, match 5) from n3: commits up to 5;
     answers command #9: no value
110. n4 receives AppendEntries(term 4, prev 4@4, entry 5@4, commit 4) from n5:
     commits up to 4; appends 5@4; acknowledges up to 5
111. n5 receives AppendEntriesReply(term 4, match 5) from n4
112. {n5} is partitioned from the others
113. a client proposes a command to n5: appends 6@4
114. a client proposes a command to n5: appends 7@4
115. the election timeout of n0 elapses: becomes candidate in term 5
116. n1 receives RequestVote(term 5, last log 5@4) from n0: adopts term 5;
     grants its vote; reply to n0
117. n0 receives RequestVoteReply(term 5, granted) from n1
118. n3 receives RequestVote(term 5, last log 5@4) from n0: adopts term 5;
     grants its vote; reply to n0
119. n0 receives RequestVoteReply(term 5, granted) from n3
120. n4 receives RequestVote(term 5, last log 5@4) from n0: adopts term 5;
     grants its vote; reply to n0
121. n0 receives RequestVoteReply(term 5, granted) from n4: becomes LEADER in
     term 5; appends 6@5
122. n1 receives AppendEntries(term 5, prev 5@4, entry 6@5, commit 4) from n0:
     appends 6@5; acknowledges up to 6
123. n0 receives AppendEntriesReply(term 5, match 6) from n1
124. n3 receives AppendEntries(term 5, prev 5@4, entry 6@5, commit 4) from n0:
     appends 6@5; acknowledges up to 6
125. n0 receives AppendEntriesReply(term 5, match 6) from n3
126. n4 receives AppendEntries(term 5, prev 5@4, entry 6@5, commit 4) from n0:
     appends 6@5; acknowledges up to 6
127. n0 receives AppendEntriesReply(term 5, match 6) from n4: commits up to 6
128. a client proposes a command to n0: appends 7@5
129. n1 receives AppendEntries(term 5, prev 6@5, entry 7@5, commit 6) from n0:
     commits up to 6; appends 7@5; acknowledges up to 7
130. n0 receives AppendEntriesReply(term 5, match 7) from n1
131. n3 receives AppendEntries(term 5, prev 6@5, entry 7@5, commit 6) from n0:
     commits up to 6; appends 7@5; acknowledges up to 7
132. n0 receives AppendEntriesReply(term 5, match 7) from n3
133. n4 receives AppendEntries(term 5, prev 6@5, entry 7@5, commit 6) from n0:
     commits up to 6; appends 7@5; acknowledges up to 7
134. n0 receives AppendEntriesReply(term 5, match 7) from n4: commits up to 7;
     answers command #12: no value
135. the election timeout of n3 elapses: becomes candidate in term 6
136. n0 receives RequestVote(term 6, last log 7@5) from n3: steps down to
     follower in term 6; grants its vote; reply to n3
137. n3 receives RequestVoteReply(term 6, granted) from n0
138. n1 receives RequestVote(term 6, last log 7@5) from n3: adopts term 6;
     grants its vote; reply to n3
139. n3 receives RequestVoteReply(term 6, granted) from n1
140. n4 receives RequestVote(term 6, last log 7@5) from n3: adopts term 6;
     grants its vote; reply to n3
141. n3 receives RequestVoteReply(term 6, granted) from n4: becomes LEADER in
     term 6; appends 8@6
142. n0 receives AppendEntries(term 6, prev 7@5, entry 8@6, commit 6) from n3:
     appends 8@6; acknowledges up to 8
143. n3 receives AppendEntriesReply(term 6, match 8) from n0
144. n1 receives AppendEntries(term 6, prev 7@5, entry 8@6, commit 6) from n3:
     appends 8@6; acknowledges up to 8
145. n3 receives AppendEntriesReply(term 6, match 8) from n1
146. n4 receives AppendEntries(term 6, prev 7@5, entry 8@6, commit 6) from n3:
     appends 8@6; acknowledges up to 8
147. n3 receives AppendEntriesReply(term 6, match 8) from n4: commits up to 8
148. a client proposes a command to n3: appends 9@6
149. n0 receives AppendEntries(term 6, prev 8@6, entry 9@6, commit 8) from n3:
     commits up to 8; appends 9@6; acknowledges up to 9
150. n3 receives AppendEntriesReply(term 6, match 9) from n0
151. n1 receives AppendEntries(term 6, prev 8@6, entry 9@6, commit 8) from n3:
     commits up to 8; appends 9@6; acknowledges up to 9
152. n3 receives AppendEntriesReply(term 6, match 9) from n1
153. n4 receives AppendEntries(term 6, prev 8@6, entry 9@6, commit 8) from n3:
     commits up to 8; appends 9@6; acknowledges up to 9
154. n3 receives AppendEntriesReply(term 6, match 9) from n4: commits up to 9;
     answers command #13: no value
155. {n1} is partitioned from the others
156. a client proposes a command to n3: appends 10@6
157. n0 receives AppendEntries(term 6, prev 9@6, entry 10@6, commit 9) from n3:
     commits up to 9; appends 10@6; acknowledges up to 10
158. n3 receives AppendEntriesReply(term 6, match 10) from n0
159. n4 receives AppendEntries(term 6, prev 9@6, entry 10@6, commit 9) from n3:
     commits up to 9; appends 10@6; acknowledges up to 10
160. n3 receives AppendEntriesReply(term 6, match 10) from n4
161. {n3} is partitioned from the others
162. a client proposes a command to n3: appends 11@6
163. all links are healed
164. the election timeout of n4 elapses: becomes candidate in term 7
165. n0 receives RequestVote(term 7, last log 10@6) from n4: adopts term 7;
     grants its vote; reply to n4
166. n4 receives RequestVoteReply(term 7, granted) from n0
167. n1 receives RequestVote(term 7, last log 10@6) from n4: adopts term 7;
     grants its vote; reply to n4
168. n4 receives RequestVoteReply(term 7, granted) from n1
169. n2 receives RequestVote(term 7, last log 10@6) from n4: adopts term 7;
     grants its vote; reply to n4
170. {n2,n4} is partitioned from the others
171. n4 receives RequestVoteReply(term 7, granted) from n2: becomes LEADER in
     term 7; appends 11@7
172. a client proposes a command to n4: appends 12@7
173. all links are healed
174. the election timeout of n0 elapses: becomes candidate in term 8
175. n1 receives RequestVote(term 8, last log 10@6) from n0: adopts term 8;
     grants its vote; reply to n0
176. n0 receives RequestVoteReply(term 8, granted) from n1
177. n2 receives RequestVote(term 8, last log 10@6) from n0: adopts term 8;
     grants its vote; reply to n0
178. n0 receives RequestVoteReply(term 8, granted) from n2
179. n3 receives RequestVote(term 8, last log 10@6) from n0: steps down to
     follower in term 8; refuses its vote
180. n0 receives RequestVoteReply(term 8, refused) from n3
181. n4 receives RequestVote(term 8, last log 10@6) from n0: steps down to
     follower in term 8; refuses its vote
182. n0 receives RequestVoteReply(term 8, refused) from n4
183. n5 receives RequestVote(term 8, last log 10@6) from n0: steps down to
     follower in term 8; grants its vote; reply to n0
184. n0 receives RequestVoteReply(term 8, granted) from n5: becomes LEADER in
     term 8; appends 11@8
185. n6 receives RequestVote(term 8, last log 10@6) from n0: steps down to
     follower in term 8; grants its vote; reply to n0
186. n6 receives AppendEntries(term 8, prev 10@6, entry 11@8, commit 9) from
     n0: rejects at 10, hint 9@3
187. n0 receives RequestVoteReply(term 8, granted) from n6
188. n0 receives AppendEntriesReply(term 8, rejected 10, hint 9@3) from n6
189. n1 receives AppendEntries(term 8, prev 10@6, entry 11@8, commit 9) from
     n0: rejects at 10, hint 9@6
190. n0 receives AppendEntriesReply(term 8, rejected 10, hint 9@6) from n1
191. n2 receives AppendEntries(term 8, prev 10@6, entry 11@8, commit 9) from
     n0: rejects at 10, hint 4@4
192. n0 receives AppendEntriesReply(term 8, rejected 10, hint 4@4) from n2
193. n3 receives AppendEntries(term 8, prev 10@6, entry 11@8, commit 9) from
     n0: truncates its log from 11 on; appends 11@8; acknowledges up to 11
194. n0 receives AppendEntriesReply(term 8, match 11) from n3
195. n4 receives AppendEntries(term 8, prev 10@6, entry 11@8, commit 9) from
     n0: truncates its log from 11 on; appends 11@8; acknowledges up to 11
196. n0 receives AppendEntriesReply(term 8, match 11) from n4
197. n5 receives AppendEntries(term 8, prev 10@6, entry 11@8, commit 9) from
     n0: rejects at 10, hint 7@4
198. n0 receives AppendEntriesReply(term 8, rejected 10, hint 7@4) from n5
199. n6 receives AppendEntries(term 8, prev 3@1, entries 4 to 11@8, commit 9)
     from n0: truncates its log from 4 on; commits up to 9; appends 4@4 to
     11@8; acknowledges up to 11
200. n0 receives AppendEntriesReply(term 8, match 11) from n6: commits up to 11
201-202. the clock of n0 ticks (2 times)
203. n1 receives AppendEntries(term 8, prev 9@6, entries 10 to 11@8, commit 9)
     from n0: commits up to 9; appends 10@6 to 11@8; acknowledges up to 11
204. n1 receives AppendEntries(term 8, prev 9@6, entries 10 to 11@8, commit 11)
     from n0: commits up to 11; acknowledges up to 11
205-206. n0 receives AppendEntriesReply(term 8, match 11) from n1 (2 times)
207. n2 receives AppendEntries(term 8, prev 4@4, entries 5 to 11@8, commit 9)
     from n0: commits up to 9; appends 5@4 to 11@8; acknowledges up to 11
208. n2 receives AppendEntries(term 8, prev 4@4, entries 5 to 11@8, commit 11)
     from n0: commits up to 11; acknowledges up to 11
209-210. n0 receives AppendEntriesReply(term 8, match 11) from n2 (2 times)
211. n3 receives AppendEntries(term 8, prev 11@8, heartbeat, commit 11) from
     n0: commits up to 11; acknowledges up to 11; answers command #14: the
     value of #9
212. n0 receives AppendEntriesReply(term 8, match 11) from n3
213. n4 receives AppendEntries(term 8, prev 11@8, heartbeat, commit 11) from
     n0: commits up to 11; acknowledges up to 11
214. n0 receives AppendEntriesReply(term 8, match 11) from n4
215. n5 receives AppendEntries(term 8, prev 5@4, entries 6 to 11@8, commit 9)
     from n0: truncates its log from 6 on; commits up to 9; appends 6@5 to
     11@8; acknowledges up to 11
216. n5 receives AppendEntries(term 8, prev 5@4, entries 6 to 11@8, commit 11)
     from n0: commits up to 11; acknowledges up to 11
217-218. n0 receives AppendEntriesReply(term 8, match 11) from n5 (2 times)
219. n6 receives AppendEntries(term 8, prev 11@8, heartbeat, commit 11) from
     n0: commits up to 11; acknowledges up to 11
220. n0 receives AppendEntriesReply(term 8, match 11) from n6

node role          term vote commit log (terms); disk if it differs
n0 LEADER        8    n0   11     1 1 1 4 4 5 5 6 6 6 8
n1 follower      8    n0   11     1 1 1 4 4 5 5 6 6 6 8
n2 follower      8    n0   11     1 1 1 4 4 5 5 6 6 6 8
n3 follower      8    -    11     1 1 1 4 4 5 5 6 6 6 8
n4 follower      8    -    11     1 1 1 4 4 5 5 6 6 6 8
n5 follower      8    n0   11     1 1 1 4 4 5 5 6 6 6 8
n6 follower      8    n0   11     1 1 1 4 4 5 5 6 6 6 8
committed                           1 1 1 4 4 5 5 6 6 6 8
