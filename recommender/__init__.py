"""The tiny lookup: which agent and which model should do this task?"""
