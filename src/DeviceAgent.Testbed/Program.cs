using DeviceAgent.Testbed.Commands;

return await TestbedCommand.Create().Parse(args).InvokeAsync();
