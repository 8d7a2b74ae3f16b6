// spawnwise for opencode: a spawned agent gets the recommended model. `spawnwise install --client opencode` writes this
// file, and `spawnwise uninstall --client opencode` removes it. Whatever goes wrong, the spawn goes on as it was.
import { spawn } from "node:child_process"

const COMMAND = "{COMMAND}"
const TIMEOUT_MS = 10_000
const REMEMBERED = 1_000

const ask = (said) =>
  new Promise((resolve) => {
    const hook = spawn(COMMAND, { shell: true, stdio: ["pipe", "pipe", "ignore"] })
    const timer = setTimeout(() => {
      hook.kill()
      resolve(undefined)
    }, TIMEOUT_MS)
    let answer = ""
    hook.stdout.on("data", (part) => (answer += part))
    hook.stdin.on("error", () => {})
    hook.on("error", () => resolve(undefined))
    hook.on("close", () => {
      clearTimeout(timer)
      try {
        resolve(JSON.parse(answer))
      } catch {
        resolve(undefined)
      }
    })
    hook.stdin.end(JSON.stringify(said))
  })

export const Spawnwise = async ({ client, directory }) => {
  const modelOf = new Map() // of each session
  const calls = [] // of the task tool, whose agents have not begun

  const change = async (input, message, call) => {
    const parent = modelOf.get(call.session)
    if (!parent || !message.model) return
    const listed = await client.config.providers()
    const provider = listed.data.providers.find((each) => each.id === message.model.providerID)
    const answer = await ask({
      agent: message.agent,
      description: call.args.description,
      prompt: call.args.prompt,
      project: directory,
      model: message.model.modelID,
      parent_model: parent.modelID,
      models: Object.keys(provider?.models ?? {}),
      session_id: call.session,
      tool_use_id: call.id,
    })
    if (answer?.message) {
      await client.app.log({ body: { service: "spawnwise", level: "info", message: answer.message } })
    }
    if (answer?.model) message.model = { ...message.model, modelID: answer.model }
  }

  return {
    "tool.execute.before": async (input, output) => {
      if (input.tool !== "task" || output.args?.task_id) return
      calls.push({ session: input.sessionID, id: input.callID, args: output.args })
      calls.splice(0, calls.length - REMEMBERED)
    },
    "chat.message": async (input, output) => {
      try {
        const said = output.parts.map((part) => part.text ?? "").join("\n")
        const place = calls.findIndex(
          ({ args }) => args.subagent_type === output.message.agent && said.includes(args.prompt),
        )
        if (place >= 0) await change(input, output.message, calls.splice(place, 1)[0])
        if (output.message.model) modelOf.set(input.sessionID, output.message.model)
      } catch {
        return
      }
    },
  }
}
