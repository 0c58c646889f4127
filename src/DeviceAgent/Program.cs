using DeviceAgent.Commands;

return (int)await AgentCommand.RunAsync(args);
